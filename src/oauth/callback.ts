// Where the browser comes back to: one path on loopback, open for the time of one login (RFC 8252 §7.3, §8.3).
import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { randomUUID } from "node:crypto";
import { AccessError } from "../core/errors.ts";
import type { Page, PageKind } from "./callback-page.ts";
import { callbackPage } from "./callback-page.ts";
import { callbackFault, isLoopbackHost } from "./callback-rules.ts";

export interface Arrival {
  /** of the address; `undefined` when it cannot have come from the login server */
  readonly params: URLSearchParams | undefined;
  /** Shows the person how it ended; the page is there when it resolves. */
  finish(page: PageKind): Promise<void>;
}

export interface Callback {
  readonly redirectUri: string;
  /** The first request to the path. */
  readonly arrived: Promise<Arrival>;
  /** Nobody listens: why, the end of a sentence. */
  readonly unheard?: string;
  /** The port is free when it resolves. */
  close(): Promise<void>;
}

/**
 * @param wanted port 0: a free one; `{random}` in the path is filled in
 * @throws AccessError `bad_input` for an address beyond this machine
 */
export async function listenForCallback(wanted: string): Promise<Callback> {
  const path = wanted.replace("{random}", randomUUID());
  const url = URL.parse(path);
  if (!url || url.protocol !== "http:" || !isLoopbackHost(url.hostname))
    throw new AccessError(
      "bad_input",
      `The browser can only be sent back to this machine: ${wanted} is not an http address on localhost, 127.0.0.1 or [::1].`,
    );
  const first = Promise.withResolvers<Arrival>();
  const server = createServer(new Door(url.pathname, first.resolve).handle);
  server.maxHeadersCount = 100;
  try {
    await listen(server, url);
  } catch (error) {
    return {
      redirectUri: path,
      arrived: first.promise,
      unheard: whyUnheard(url, error),
      close: async () => {},
    };
  }
  const redirectUri = url.port === "0" ? withPort(url, (server.address() as AddressInfo).port) : path;
  return { redirectUri, arrived: first.promise, close: () => close(server) };
}

/** Otherwise it is sent as it was written: providers compare it letter by letter. */
function withPort(url: URL, port: number): string {
  url.port = String(port);
  return url.href;
}

async function listen(server: Server, { hostname, port }: URL): Promise<void> {
  server.listen({
    host: addressOf(hostname),
    port: Number(port || 80),
    exclusive: true,
  });
  await once(server, "listening");
}

/** `localhost` is opened on IPv4 alone: a browser that tries IPv6 first comes to it next. */
const addressOf = (hostname: string): string =>
  hostname === "localhost" ? "127.0.0.1" : hostname.replace(/^\[|\]$/g, "");

function whyUnheard({ port: named }: URL, error: unknown): string {
  const port = named || "80";
  const { code = "unknown" } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return `another program uses port ${port} of this machine`;
  return `port ${port} of this machine cannot be opened (${code})`;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

/** A page that a browser does not take is not waited for. */
const PAGE_TIMEOUT_MS = 2000;

class Door {
  readonly #path: string;
  readonly #arrive: (arrival: Arrival) => void;
  #used = false;

  constructor(path: string, arrive: (arrival: Arrival) => void) {
    this.#path = path;
    this.#arrive = arrive;
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const url = URL.parse(request.url ?? "/", "http://localhost");
    const fault = callbackFault(request, url?.pathname === this.#path);
    if (!url || fault === "elsewhere" || fault === "method")
      return void plain(response, fault === "method" ? 405 : 404);
    // A picture or a frame of another page: nobody's login.
    if (fault === "embedded" || this.#used) return void show(response, callbackPage("refused"));
    this.#used = true;
    if (fault !== undefined) void show(response, callbackPage("refused"));
    const finish = (page: PageKind) => show(response, callbackPage(page));
    this.#arrive({ params: fault === undefined ? url.searchParams : undefined, finish });
  };
}

function plain(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: "close", ...(status === 405 ? { allow: "GET" } : {}) }).end();
}

async function show(response: ServerResponse, { status, headers, body }: Page): Promise<void> {
  if (response.headersSent) return;
  const signal = AbortSignal.timeout(PAGE_TIMEOUT_MS);
  const gone = once(response, "close", { signal }).catch(() => undefined);
  response.writeHead(status, headers).end(body);
  await gone;
}
