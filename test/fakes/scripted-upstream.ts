// A small upstream for tests: the script decides, call by call, how to answer or how to fail, down to the byte.
// Answers and faults are in `upstream-actions.ts`, correct frames and bodies in `wire-samples.ts`.
import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly text: string;
    /** `undefined` when the text is not JSON */
    readonly json: any;
  };
  /** The credential: bearer token, `x-api-key` or `x-goog-api-key`, `""` without one. */
  readonly key: string;
  /** ms since epoch */
  readonly at: number;
  /** How it ended: answered in full, connection cut by the script, or the client left first. */
  readonly outcome: Promise<"answered" | "cut" | "left">;
}

/** One answer in the making, as an action sees it. */
export interface Exchange {
  readonly call: Call;
  readonly response: ServerResponse;
  /** Aborted when the connection is gone, so that a waiting action ends. */
  readonly signal: AbortSignal;
  /** Ends the connection at once: with RST, or with FIN after what was written. */
  cut(how: "reset" | "fin"): void;
}

export type Action = (exchange: Exchange) => void | Promise<void>;
/** @param n index of the call, from 0: `calls[n] === call` */
export type Script = (call: Call, n: number) => Action;

export interface ScriptedUpstream {
  /** `http://127.0.0.1:<port>`, without a path */
  readonly url: string;
  readonly port: number;
  readonly calls: readonly Call[];
  /** Replaces the script; calls under way keep their action. */
  script(script: Script): void;
  close(): Promise<void>;
}

export async function startScriptedUpstream(first: Script = unscripted): Promise<ScriptedUpstream> {
  let script = first;
  const calls: Call[] = [];
  const server = createServer((request, response) => void serve(request, response).catch(ignoreDeadSocket));
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 0;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readText(request);
    const ending = watchEnding(response);
    const call: Call = { ...describe(request, text), outcome: ending.outcome };
    calls.push(call);
    await script(call, calls.length - 1)({ call, response, signal: ending.signal, cut: ending.cut });
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    calls,
    script: (next) => void (script = next),
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function describe(request: IncomingMessage, text: string): Omit<Call, "outcome"> {
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    headers: request.headers,
    body: { text, json: parsed(text) },
    key: keyOf(request.headers),
    at: Date.now(),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function keyOf(headers: IncomingHttpHeaders): string {
  const apiKey = headers["x-api-key"] ?? headers["x-goog-api-key"];
  if (typeof apiKey === "string") return apiKey;
  return headers.authorization?.replace(/^Bearer /i, "") ?? "";
}

function watchEnding(response: ServerResponse) {
  const { promise: outcome, resolve } = Promise.withResolvers<"answered" | "cut" | "left">();
  const gone = new AbortController();
  response.once("close", () => {
    resolve(response.writableFinished ? "answered" : "left");
    gone.abort();
  });
  const cut = (how: "reset" | "fin") => {
    resolve("cut");
    if (how === "reset") response.socket?.resetAndDestroy();
    else response.socket?.end();
  };
  return { outcome, signal: gone.signal, cut };
}

const unscripted: Script =
  (call) =>
  ({ response }) => {
    response.writeHead(501, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { message: `No script for ${call.method} ${call.path}` } }));
  };

/** A client that left, or a test that closed the upstream, ends an action in the middle: that is no failure. */
function ignoreDeadSocket(error: NodeJS.ErrnoException): void {
  const expected = ["ABORT_ERR", "ECONNRESET", "EPIPE", "ERR_STREAM_DESTROYED", "ERR_STREAM_PREMATURE_CLOSE"];
  if (!expected.includes(error.code ?? "")) throw error;
}
