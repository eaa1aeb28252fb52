// The listening sockets: one handler on every address of the bind mode, and an orderly end.
import type { RequestListener, Server } from "node:http";
import { createServer } from "node:http";
import type { Server as HttpsServer } from "node:https";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { AccessError } from "../../core/errors.ts";
import type { ControlDoor } from "../control-plane/control-door.ts";
import { wantsControl } from "../control-plane/control-door.ts";
import { answerMalformed } from "../http.ts";
import { portHolder } from "./port-holder.ts";
import type { TlsPair } from "./tls.ts";
import { UnusedSockets } from "./unused-sockets.ts";

/** Longer than any common client keeps an idle connection, so that the client always closes first. */
const KEEP_ALIVE_MS = 310_000;
const HANDSHAKE_MS = 15_000;
const HEADERS_TIMEOUT_MS = 60_000;
/** Time for a body to arrive whole. */
const REQUEST_TIMEOUT_MS = 300_000;
/** How long streams may go on after a stop was asked for. */
export const GRACE_MS = 30_000;
/** After that: for what they are told of their end. */
const LAST_WORD_MS = 1000;
const SWEEP_EVERY_MS = 50;

export interface Listening {
  readonly port: number;
  /** New connections get this certificate. */
  secure(pair: TlsPair): void;
  /** Stops taking calls, lets running ones end, and cuts them after a while. @param onLate has them told before */
  close(graceMs?: number, onLate?: () => void): Promise<void>;
}

/**
 * Listens on every host, all on the same port.
 *
 * @param port 0 takes a free one
 * @param tls HTTPS with this certificate; HTTP when absent
 * @param control where WebSockets go; without it there are none
 * @throws AccessError `port_taken`, `config_invalid`
 */
export async function listen(
  hosts: readonly string[],
  port: number,
  listener: RequestListener,
  tls?: TlsPair,
  control?: Pick<ControlDoor, "upgrade">,
): Promise<Listening> {
  const servers: (Server | HttpsServer)[] = [];
  const unused: UnusedSockets[] = [];
  let taken = port;
  try {
    for (const host of hosts) {
      const server = await listenOn(host, taken, listener, tls);
      if (!server) continue;
      if (control) server.on("upgrade", (...opened) => control.upgrade(...opened));
      servers.push(server);
      unused.push(new UnusedSockets(server));
      taken = (server.address() as AddressInfo).port;
    }
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
  // Of an address family that the machine does not have another one stands in; of the only address none does.
  if (servers.length === 0) throw notHere(hosts);
  return {
    port: taken,
    secure: (pair) => {
      for (const server of servers) if ("setSecureContext" in server) server.setSecureContext(pair);
    },
    async close(graceMs = GRACE_MS, onLate) {
      const late = onLate && setTimeout(onLate, graceMs);
      const ended = servers.map((server) => end(server, onLate ? graceMs + LAST_WORD_MS : graceMs));
      for (const each of unused) each.close();
      await Promise.all(ended);
      clearTimeout(late);
    },
  };
}

const HTTP_OPTIONS = {
  keepAliveTimeout: KEEP_ALIVE_MS,
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  noDelay: true,
  // A missing Host is refused by the guard, with a sentence.
  requireHostHeader: false,
  shouldUpgradeCallback: wantsControl,
};

const notHere = (hosts: readonly string[]): AccessError =>
  new AccessError(
    "config_invalid",
    `This machine has no address ${hosts.join(", ")}. Set gateway.bind or gateway.customBindHost to one that it has.`,
  );

/** `undefined` where the machine has no such address family. */
function listenOn(
  host: string,
  port: number,
  listener: RequestListener,
  tls: TlsPair | undefined,
): Promise<Server | HttpsServer | undefined> {
  const server = tls
    ? createSecureServer({ ...HTTP_OPTIONS, ...tls, handshakeTimeout: HANDSHAKE_MS }, listener)
    : createServer(HTTP_OPTIONS, listener);
  server.on("clientError", answerMalformed);
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT") resolve(undefined);
      else reject(bindFault(host, port, error));
    });
    server.listen(port, host, () => resolve(server));
  });
}

function bindFault(host: string, port: number, error: NodeJS.ErrnoException): AccessError {
  return new AccessError("port_taken", `Port ${port} on ${host} ${bindWords(port, error)}`, { cause: error });
}

const OTHER_PORT = "choose another: gateway run --port <n>.";

function bindWords(port: number, error: NodeJS.ErrnoException): string {
  if (error.code === "EACCES")
    return `is not for this user: ports below 1024 often need rights of their own. Use one above, or ${OTHER_PORT}`;
  if (error.code !== "EADDRINUSE")
    return `cannot be used (${error.message}). Set gateway.bind, or ${OTHER_PORT}`;
  const holder = portHolder(port);
  const by = holder ? `${holder.name} (pid ${holder.pid})` : "another program";
  return `is taken by ${by}. Stop it or ${OTHER_PORT}`;
}

function end(server: Server | HttpsServer, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    // A connection whose answer ends only now would stay idle for as long as clients keep theirs.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_EVERY_MS);
    server.close(() => {
      clearTimeout(cut);
      clearInterval(sweep);
      resolve();
    });
    server.closeIdleConnections();
  });
}
