// The sandbox's upstream: an ordinary HTTP server on loopback that speaks the protocols of OpenAI and Anthropic
// for the accounts of `accounts.ts`. It needs no network and knows nothing of the gateway.
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { ACCOUNTS, keyOf, MODELS } from "./accounts.ts";
import type { Account, Refusal } from "./accounts.ts";
import * as openaiErrors from "./openai-errors.ts";
import { piecesOf, renderFrame, tokensIn } from "./answer.ts";
import type { Answer, Frame } from "./answer.ts";
import { findRoute } from "./routes.ts";
import type { Request, Route } from "./routes.ts";

type AnswerRoute = Extract<Route, { kind: "answer" }>;

/** Between two frames of a stream. */
const FRAME_MS = 20;

export interface Upstream {
  readonly url: string;
  close(): void;
}

/** What an account remembers of its callers. */
interface Memory {
  calls: number;
  /** by model, ms since epoch */
  readonly answeredAt: Map<string, number[]>;
}

/** @throws the server's own error when the port is taken */
export async function startUpstream(port: number): Promise<Upstream> {
  const memories = new Map(ACCOUNTS.map((account) => [account, { calls: 0, answeredAt: new Map() }]));
  const server = createServer((request, response) => {
    serve(request, response, memories).catch(() => response.destroy());
  });
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  memories: ReadonlyMap<Account, Memory>,
): Promise<void> {
  const path = new URL(incoming.url ?? "/", "http://upstream").pathname;
  const account = accountOf(incoming);
  const route = findRoute(incoming.method ?? "GET", path, account?.provider);
  if (!route) return refuse(response, openaiErrors.unknownPath(path));
  if (!account || !route.providers.includes(account.provider))
    return refuse(response, route.errors.wrongKey());
  const body = await text(incoming);
  if (route.kind === "list") return sendJson(response, 200, route.list(MODELS[account.provider]));
  const request = parseRequest(body);
  if (!request)
    return refuse(response, route.errors.badRequest("The body is not a JSON object with a model."));
  if (!(MODELS[account.provider] as readonly string[]).includes(request.model))
    return refuse(response, route.errors.unknownModel(request.model));
  if (route.kind === "count") return sendJson(response, 200, route.count(tokensIn(body)));
  await answer(response, route, request, account, memories.get(account)!);
}

function accountOf({ headers }: IncomingMessage): Account | undefined {
  const key = headers["x-api-key"] ?? headers.authorization?.replace(/^Bearer /i, "");
  return ACCOUNTS.find((account) => keyOf(account) === key);
}

function parseRequest(body: string): Request | undefined {
  try {
    const { model, stream, stream_options: options } = fieldsOf(JSON.parse(body));
    if (typeof model !== "string") return undefined;
    const withUsage = fieldsOf(options)["include_usage"] === true;
    return { model, streamed: stream === true, withUsage, size: body.length };
  } catch {
    return undefined;
  }
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {};

async function answer(
  response: ServerResponse,
  route: AnswerRoute,
  request: Request,
  account: Account,
  memory: Memory,
): Promise<void> {
  const { model, streamed } = request;
  const now = Date.now();
  const answeredAt = memory.answeredAt.get(model) ?? [];
  const nth = ++memory.calls;
  const refusal = account.conduct({ model, streamed, nth, answeredAt, now });
  if (!refusal) memory.answeredAt.set(model, [...answeredAt, now]);
  await sleep(account.delayMs);
  if (refusal) return refuse(response, refusal);
  const words = answerOf(account, request, nth, now);
  if (!streamed) return sendJson(response, 200, route.whole(words));
  await sendFrames(response, route.frames(words, piecesOf(words.text), request));
}

function answerOf(account: Account, { model, size }: Request, nth: number, now: number): Answer {
  const words =
    `Hello from ${account.name}, a simulated account of ${account.provider}. ` +
    `This was its call number ${nth}; ${model} is not a real model, and nothing left this machine.`;
  return {
    id: `sandbox-${account.name}-${nth}`,
    model,
    text: words,
    inputTokens: Math.ceil(size / 4),
    outputTokens: tokensIn(words),
    createdAt: now,
  };
}

async function refuse(response: ServerResponse, refusal: Refusal): Promise<void> {
  if ("frames" in refusal) await sendFrames(response, refusal.frames);
  else sendJson(response, refusal.status, refusal.body, refusal.headers);
}

async function sendFrames(response: ServerResponse, frames: readonly Frame[]): Promise<void> {
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
  });
  for (const frame of frames) {
    if (response.destroyed) return;
    response.write(renderFrame(frame));
    await sleep(FRAME_MS);
  }
  response.end();
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
