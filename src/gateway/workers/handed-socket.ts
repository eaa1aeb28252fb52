// WebSockets that a worker is asked for: the primary has the control plane, so the worker hands it the socket.
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { ControlDoor } from "../control-plane/control-door.ts";
import { plainSide } from "./plain-side.ts";

interface Handed {
  readonly upgrade: {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingHttpHeaders;
    readonly head: Uint8Array;
    /** who is at the other end, where the socket does not say it */
    readonly from?: string | undefined;
  };
}

/** For a worker. */
export const handingOver: Pick<ControlDoor, "upgrade"> = {
  upgrade({ method = "GET", url = "/", headers }, socket, head) {
    socket.on("error", () => undefined);
    const upgrade = { method, url, headers, head };
    if (!(socket instanceof TLSSocket)) return hand({ upgrade }, socket);
    // What TLS has agreed on is known to this process alone.
    const from = socket.remoteAddress;
    plainSide(socket).then(
      (plain) => hand({ upgrade: { ...upgrade, from } }, plain),
      () => socket.destroy(),
    );
  },
};

function hand(handed: Handed, socket: Duplex): void {
  if (!(socket instanceof Socket)) return void socket.destroy();
  stopReading(socket);
  process.send?.(handed, socket, {}, (error) => {
    if (error) socket.destroy();
  });
}

/** Until the primary has it this process would go on reading, and lose what comes. Node has no other word for it. */
function stopReading(socket: Socket & { readonly _handle?: { readStop?: () => unknown } | null }): void {
  // oxlint-disable-next-line no-underscore-dangle -- it is Node's
  socket._handle?.readStop?.();
}

/** For the primary. Returns whether the message was a socket. */
export function takeHanded(
  message: unknown,
  handle: unknown,
  control: Pick<ControlDoor, "upgrade"> | undefined,
): boolean {
  if (!isHanded(message)) return false;
  // It ended on its way.
  if (!(handle instanceof Socket)) return true;
  const { head, from, ...asked } = message.upgrade;
  if (from !== undefined) Object.defineProperty(handle, "remoteAddress", { value: from });
  if (!control) handle.destroy();
  // All that is ever asked of it.
  else control.upgrade({ ...asked, socket: handle } as unknown as IncomingMessage, handle, Buffer.from(head));
  return true;
}

const isHanded = (message: unknown): message is Handed =>
  typeof message === "object" && message !== null && "upgrade" in message;
