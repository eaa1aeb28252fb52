// Valid requests, made wrong in their bytes, fields and headers, at every route of a real gateway that takes a body.
// The upstream is well: whatever fails, fails because of the request.
import { Agent } from "node:http";
import type { JsonObject } from "../../src/core/json.ts";
import { send } from "../chaos/client.ts";
import type { ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { PROTOCOLS } from "../support/protocols.ts";
import type { Hits, Samples } from "./malformed.ts";
import { samplesFrom } from "./malformed.ts";
import type { Random } from "./mutate.ts";
import { mutated, pick, randomFrom } from "./mutate.ts";

export const TOKEN = "malformed-gateway-token";

const MODELS = ["chat/m1", "messages/m1", "responses/m1", "openclaw", "openclaw/main"] as const;
const ROUTES = [
  ["/v1/chat/completions", "openai-completions"],
  ["/v1/responses", "openai-responses"],
  ["/v1/messages", "anthropic-messages"],
  ["/v1/messages/count_tokens", "anthropic-messages"],
  ["/v1/embeddings", "openai-completions"],
] as const;
const NAMES = Object.keys(PROTOCOLS) as (keyof typeof PROTOCOLS)[];

/** Answers as each protocol should, at once. */
export async function startGoodUpstream(): Promise<ScriptedUpstream> {
  const upstream = await startScriptedUpstream((call) => {
    // What was asked is of no interest, and would fill this process.
    (upstream.calls as unknown[]).length = 0;
    const protocol = PROTOCOLS[NAMES.find((name) => call.path.includes(`/${name}/`))!];
    if (call.path.endsWith("/count_tokens")) return act.reply({ body: { input_tokens: 7 } });
    if (call.path.endsWith("/embeddings")) return act.reply({ body: { object: "list", data: [] } });
    return call.body.json?.stream === true
      ? act.stream({ frames: protocol.frames("well done") })
      : act.reply({ body: protocol.whole("well done") });
  });
  return upstream;
}

export const configFor = (upstreamUrl: string) => ({
  gateway: { auth: { mode: "token", token: TOKEN } },
  agents: { defaults: { model: { primary: "chat/m1", fallbacks: ["messages/m1", "responses/m1"] } } },
  models: {
    providers: Object.fromEntries(
      NAMES.map((name) => {
        const baseUrl = `${upstreamUrl}/${name}${name === "messages" ? "" : "/v1"}`;
        return [
          name,
          {
            baseUrl,
            api: PROTOCOLS[name].api,
            apiKey: `sk-fake-${name}`,
            models: [{ id: "m1", name: "m1" }],
          },
        ];
      }),
    ),
  },
});

export interface RoutesReport {
  /** `/v1/messages: 400` → how many */
  readonly hits: Hits;
  /** What must not be: a 500, an error that is none of the protocol, a connection that broke. */
  readonly wrong: readonly string[];
}

export interface RoutesOptions {
  readonly url: string;
  readonly seed: number;
  readonly requests: number;
  readonly atOnce: number;
  readonly onRequest?: () => void;
}

export async function malformedRequests(options: RoutesOptions): Promise<RoutesReport> {
  const { url, seed, requests, atOnce, onRequest } = options;
  const random = randomFrom(seed);
  const samples = samplesFrom(seed);
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const hits: Record<string, number> = {};
  const wrong: string[] = [];
  let left = requests;
  const client = async () => {
    while (left-- > 0) {
      const asked = requestFrom(samples, random);
      const { status, fault } = await ask(url, asked, agent);
      const what = `${asked.route}: ${status}`;
      hits[what] = (hits[what] ?? 0) + 1;
      if (fault !== undefined && wrong.length < 100)
        wrong.push(
          `${what}, ${fault}; ${JSON.stringify(asked.headers)} ${asked.body.toString().slice(0, 2000)}`,
        );
      onRequest?.();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  agent.destroy();
  return { hits, wrong };
}

interface Asked {
  readonly route: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

function requestFrom(samples: Samples, random: Random): Asked {
  const [route, api] = pick(ROUTES, random);
  const valid: JsonObject = {
    ...pick(samples.requests.get(api)!, random),
    model: pick(MODELS, random),
    ...(random() < 0.5 ? { stream: true } : {}),
    ...(route === "/v1/embeddings" ? { input: ["a", "b"], messages: undefined } : {}),
  };
  const text = textOf(random() < 0.85 ? mutated(valid, random) : valid);
  const bytes = Buffer.from(text);
  return {
    route,
    path: random() < 0.02 ? `${route}${pick(["?a=%", "?", "/", "/..%2f", "?beta=true"], random)}` : route,
    headers: headersFrom(random),
    body: random() < 0.15 ? brokenBytes(bytes, random) : bytes,
  };
}

/** What is too deep for JSON is sent as somebody could write it. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return `{"model":"chat/m1","messages":${"[".repeat(50_000)}${"]".repeat(50_000)}}`;
  }
}

const BYTE_FAULTS: readonly ((bytes: Buffer, at: number, random: Random) => Buffer)[] = [
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at) => bytes.subarray(at),
  (bytes, at, random) =>
    Buffer.concat([bytes.subarray(0, at), Buffer.from([Math.floor(random() * 256)]), bytes.subarray(at)]),
  (bytes, at, random) =>
    Buffer.concat([bytes.subarray(0, at), Buffer.from([Math.floor(random() * 256)]), bytes.subarray(at + 1)]),
  (bytes, at) => Buffer.concat([bytes.subarray(0, at), bytes]),
  (bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
  (bytes) => Buffer.from(bytes.toString("latin1"), "utf16le"),
  (bytes) => Buffer.from(bytes.toString().replace('"model":', '"model":"chat/m1","model":')),
  (bytes) =>
    Buffer.from(bytes.toString().replace(/"model":"[^"]*"/, '"mod\\u0065l" : "openclaw\\u002fmain"')),
  (bytes) => Buffer.from(`[${bytes.toString()}]`),
  () => Buffer.alloc(0),
];

const brokenBytes = (bytes: Buffer, random: Random): Buffer =>
  pick(BYTE_FAULTS, random)(bytes, Math.floor(random() * bytes.length), random);

const ODD_HEADERS: readonly Readonly<Record<string, string>>[] = [
  { "content-type": "text/plain" },
  { "content-type": "application/json; charset=utf-16" },
  { "content-encoding": "gzip" },
  { "x-openclaw-model": "messages/m1" },
  { "x-openclaw-model": "constructor/__proto__" },
  { "x-openclaw-model": "/" },
  { "x-openclaw-agent-id": "../../etc" },
  { "x-openclaw-agent-id": "main" },
  { "x-openclaw-session-key": "a:b:c" },
  { "x-openclaw-session-key": "cron:x" },
  { session_id: "x".repeat(4000) },
  { "x-stainless-timeout": "-1" },
  { "x-stainless-timeout": "NaN" },
  { "anthropic-version": "never" },
  { "anthropic-beta": ",,," },
  { accept: "image/png" },
  { origin: "https://elsewhere.test" },
  { authorization: "Basic !!!" },
];

const headersFrom = (random: Random): Record<string, string> => ({
  authorization: `Bearer ${TOKEN}`,
  "content-type": "application/json",
  ...(random() < 0.12 ? pick(ODD_HEADERS, random) : {}),
});

/** 500 would be the gateway's own failure, 504 no one's here; 502 is told of a call that was insisted on alone. */
const isOwnFailure = (status: number, text: string): boolean =>
  status >= 500 && status !== 503 && !(status === 502 && text.includes("which tool_choice asks for"));

const LATE = { afterBytes: Infinity, afterMs: 60_000 };

async function ask(
  url: string,
  { path, headers, body }: Asked,
  agent: Agent,
): Promise<{ status: number; fault?: string }> {
  const { status, text, left, broken } = await send({ url: url + path, headers, body, agent, leaves: LATE });
  if (left) return { status, fault: `no end of an answer within ${LATE.afterMs} ms` };
  if (broken !== undefined) return { status, fault: `the connection broke: ${broken}` };
  if (isOwnFailure(status, text)) return { status, fault: text.slice(0, 500) };
  if (status >= 400 && !saysWhy(text)) return { status, fault: `says not why: ${text.slice(0, 500)}` };
  return { status };
}

function saysWhy(text: string): boolean {
  try {
    const message: unknown = JSON.parse(text).error?.message;
    return typeof message === "string" && message !== "" && message.length < 8000;
  } catch {
    return false;
  }
}
