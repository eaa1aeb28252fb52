// WebSockets that a worker is asked for: the primary has the control plane, so the worker hands it the socket.
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { ControlDoor } from "../control-door.ts";
import { refuseUpgrade } from "../control-door.ts";

interface Handed {
  readonly upgrade: {
    readonly url: string;
    readonly headers: IncomingHttpHeaders;
    readonly head: Uint8Array;
  };
}

/** For a worker. */
export const handingOver: Pick<ControlDoor, "upgrade"> = {
  upgrade({ url = "/", headers }, socket, head) {
    // What TLS has agreed on is known to this process alone.
    if (socket instanceof TLSSocket || !(socket instanceof Socket))
      return refuseUpgrade(socket, "501 Not Implemented", NO_TLS);
    const handed: Handed = { upgrade: { url, headers, head } };
    process.send?.(handed, socket, {}, (error) => {
      if (error) socket.destroy();
    });
  },
};

const NO_TLS =
  "With TLS and --workers there is no control plane. Leave out --workers, or end TLS in a proxy before the gateway.";

/** For the primary. Returns whether the message was a socket. */
export function takeHanded(
  message: unknown,
  handle: unknown,
  control: Pick<ControlDoor, "upgrade"> | undefined,
): boolean {
  if (!isHanded(message)) return false;
  if (!(handle instanceof Socket)) return true;
  const { url, headers, head } = message.upgrade;
  if (!control) handle.destroy();
  // All that is ever asked of it.
  else control.upgrade(requestOf(url, headers, handle), handle, Buffer.from(head));
  return true;
}

const isHanded = (message: unknown): message is Handed =>
  typeof message === "object" && message !== null && "upgrade" in message;

const requestOf = (url: string, headers: IncomingHttpHeaders, socket: Duplex): IncomingMessage =>
  ({ method: "GET", url, headers, socket }) as unknown as IncomingMessage;
