// The provider of a case: answers by rule, else with a correct answer in whichever protocol was asked.
import { createServer } from "node:net";
import type { Action, Call, ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { reply, resetBefore, slowHeaders, stall, stream } from "../fakes/upstream-actions.ts";
import {
  chatBody,
  chatFrames,
  messagesBody,
  messagesFrames,
  responsesBody,
  responsesFrames,
} from "../fakes/wire-samples.ts";
import type { After, ServerRule } from "./case.ts";
import { mismatches } from "./match.ts";

export interface Provider {
  readonly port: number;
  /** The rules hold placeholders, so they come when the port is known. */
  answer(rules: readonly ServerRule[]): void;
  judge(wanted: NonNullable<After["requests"]>): string[];
  close(): Promise<void>;
}

export async function startProvider(): Promise<Provider> {
  const upstream = await startScriptedUpstream();
  return {
    port: upstream.port,
    answer: (rules) => upstream.script((call) => actionFor(call, rules)),
    judge: (wanted) => judgeRequests(upstream, wanted),
    close: () => upstream.close(),
  };
}

/** A port that nothing listens on. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const factsOf = ({ headers, body, path }: Call) => ({
  auth: headers.authorization ?? "",
  apiKey: String(headers["x-api-key"] ?? headers["x-goog-api-key"] ?? ""),
  model: String(body.json?.model ?? ""),
  path,
});

function actionFor(call: Call, rules: readonly ServerRule[]): Action {
  const facts: Readonly<Record<string, string>> = factsOf(call);
  const rule = rules.find(({ when = {} }) =>
    Object.entries(when).every(([fact, pattern]) => new RegExp(pattern).test(facts[fact] ?? "")),
  );
  const wanted = rule?.do ?? {};
  const action = ruled(wanted) ?? correct(call, wanted.reply ?? "OK");
  return wanted.delayMs === undefined ? action : slowHeaders(wanted.delayMs, action);
}

function ruled(wanted: ServerRule["do"]): Action | undefined {
  const { status = 200, json, text, headers = {}, hang, destroy } = wanted;
  if (hang) return stall();
  if (destroy) return resetBefore();
  if (status === 200 && json === undefined && text === undefined) return undefined;
  const type = json === undefined ? { "content-type": "text/plain" } : {};
  return reply({ status, headers: { ...type, ...headers }, body: json ?? text ?? "" });
}

function correct({ method, path, body }: Call, text: string): Action {
  const { model, stream: streamed } = body.json ?? {};
  if (method === "GET") return reply({ body: { object: "list", data: [{ id: "m1", object: "model" }] } });
  const [frames, whole] = path.includes("/messages")
    ? [messagesFrames, messagesBody]
    : path.includes("/responses")
      ? [responsesFrames, responsesBody]
      : [chatFrames, chatBody];
  return streamed ? stream({ frames: frames(text, { model }) }) : reply({ body: whole(text, { model }) });
}

function judgeRequests({ calls }: ScriptedUpstream, wanted: NonNullable<After["requests"]>): string[] {
  const { count = calls.length, min = 0, max = Infinity, has = [], none } = wanted;
  const wrong = calls.length !== count || calls.length < min || calls.length > max;
  const seen = calls.map(({ method, path, headers, body }) => ({
    method,
    path,
    authorization: headers.authorization,
    apiKey: headers["x-api-key"] ?? headers["x-goog-api-key"],
    model: body.json?.model,
    stream: body.json?.stream,
    maxTokens: body.json?.max_tokens ?? body.json?.max_completion_tokens ?? body.json?.max_output_tokens,
    headers,
  }));
  return [
    ...(wrong ? [`${calls.length} requests`] : []),
    ...mismatches({ $has: has }, seen, "requests"),
    ...(none === undefined ? [] : mismatches({ $none: none }, seen, "requests")),
  ];
}
