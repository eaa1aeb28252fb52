// The listening sockets: one handler on every address of the bind mode, and an orderly end.
import type { RequestListener, Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { AccessError } from "../core/errors.ts";
import { answerMalformed } from "./http.ts";

/** Longer than any common client keeps an idle connection, so that the client always closes first. */
const KEEP_ALIVE_MS = 310_000;
const HEADERS_TIMEOUT_MS = 60_000;
/** Time for a body to arrive whole. */
const REQUEST_TIMEOUT_MS = 300_000;
/** How long streams may go on after a stop was asked for. */
const GRACE_MS = 30_000;
const SWEEP_EVERY_MS = 50;

export interface Listening {
  readonly port: number;
  /** Stops taking calls, lets running ones end, and cuts them after a while. */
  close(graceMs?: number): Promise<void>;
}

/**
 * Listens on every host, all on the same port.
 *
 * @param port 0 takes a free one
 * @throws AccessError `port_taken`
 */
export async function listen(
  hosts: readonly string[],
  port: number,
  listener: RequestListener,
): Promise<Listening> {
  const servers: Server[] = [];
  let taken = port;
  try {
    for (const host of hosts) {
      const server = await listenOn(host, taken, listener);
      if (!server) continue;
      servers.push(server);
      taken = (server.address() as AddressInfo).port;
    }
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
  return {
    port: taken,
    close: (graceMs = GRACE_MS) =>
      Promise.all(servers.map((server) => end(server, graceMs))).then(() => undefined),
  };
}

/** `undefined` where the machine has no such address family. */
function listenOn(host: string, port: number, listener: RequestListener): Promise<Server | undefined> {
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      noDelay: true,
      // A missing Host is refused by the guard, with a sentence.
      requireHostHeader: false,
    },
    listener,
  );
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
  const what =
    error.code === "EADDRINUSE" ? "is taken by another program" : `cannot be used (${error.message})`;
  return new AccessError(
    "port_taken",
    `Port ${port} on ${host} ${what}. Stop that program or choose another: gateway run --port <n>.`,
    { cause: error },
  );
}

function end(server: Server, graceMs: number): Promise<void> {
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
