// Answers of every kind, through every pair of protocols.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { translatedSink } from "../../src/access/translated-sink.ts";
import { parseObject } from "../../src/core/json.ts";
import { TRANSLATORS } from "../../src/wire/translate/all.ts";
import { collect } from "../../src/wire/translate/collect.ts";
import type { AnswerEvent } from "../../src/wire/translate/neutral.ts";
import type { ClientTranslator } from "../../src/wire/translate/translator.ts";
import { answers } from "./arbitraries.ts";
import { FakeSink } from "./fake-sink.ts";
import { SDK_READERS } from "./sdk-readers.ts";
import { ECHOES } from "./talk.ts";

const FRAME = { id: "r1", model: "p/m", created: 1_700_000_000, usage: true };
const CLIENTS = Object.entries(TRANSLATORS).flatMap(([api, { client }]) =>
  client ? [[api, client] as const] : [],
);
const RUNS = { numRuns: Number(process.env["TRANSLATION_RUNS"] ?? 60) };

let made = 0;
const newId = () => `call_${made++}`;

const streamOf = (client: ClientTranslator, events: readonly AnswerEvent[]): string => {
  const writer = client.writer(FRAME);
  return events.map((event) => writer.add(event)).join("") + writer.end();
};

const cuts = fc.array(fc.nat(5000), { maxLength: 8 });
const cut = (bytes: Buffer, at: readonly number[]): Buffer[] => {
  const ends = [0, ...at.map((each) => each % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return ends
    .slice(1)
    .map((end, i) => bytes.subarray(ends[i], end))
    .filter((each) => each.length > 0);
};

/** Reads a stream as the gateway does, and tells the client of `client` in one piece. */
function readThrough(api: string, client: ClientTranslator, chunks: readonly Buffer[]): any {
  const sink = new FakeSink();
  const tongues = {
    from: TRANSLATORS[api]!.provider,
    to: client,
    frame: FRAME,
    stream: false,
    tell: (e: AnswerEvent) => e,
  };
  const translated = translatedSink(sink, tongues);
  translated.open(200, [], true);
  for (const chunk of chunks) translated.write(chunk);
  translated.end();
  return withoutProofs(parseObject(sink.text));
}

/** Proofs are folded anew by each reader: another property looks at them. */
const withoutProofs = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, each) =>
      key === "encrypted_content" || key === "signature" ? undefined : each,
    ),
  );

const hasBroken = (events: readonly AnswerEvent[]): boolean =>
  collect(events).calls.some((call) => parseObject(call.arguments) === undefined);

for (const [api, client] of CLIENTS) {
  test(`${api}: a stream reads as the whole, however its bytes are cut`, () => {
    fc.assert(
      fc.property(answers, cuts, (events, at) => {
        const whole = client.writeAnswer(events, FRAME);
        const read = readThrough(api, client, cut(Buffer.from(streamOf(client, events)), at));
        assert.deepEqual(read, withoutProofs(whole));
        const again = client.writeAnswer(TRANSLATORS[api]!.provider.readAnswer(whole, newId), FRAME);
        assert.deepEqual(withoutProofs(again), withoutProofs(whole));
      }),
      RUNS,
    );
  });

  test(`${api}: the official SDK reads every stream as the whole`, async () => {
    await fc.assert(
      fc.asyncProperty(answers, cuts, async (events, at) => {
        // It refuses broken arguments, whoever sends them.
        fc.pre(api !== "anthropic-messages" || !hasBroken(events));
        const read = await SDK_READERS[api]!(cut(Buffer.from(streamOf(client, events)), at));
        assert.deepEqual(saidBy(read), saidBy(client.writeAnswer(events, FRAME)));
      }),
      RUNS,
    );
  });
}

/** What matters of an answer, whatever the SDK adds to it; it keeps no reasoning of chat completions. */
function saidBy(answer: any): unknown {
  const { choices, output, content, stop_reason, usage, status } = JSON.parse(JSON.stringify(answer));
  if (choices) {
    const { message, finish_reason } = choices[0];
    const calls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: given } }: any) => [
      id,
      name,
      given || "{}",
    ]);
    return [message.content ?? "", calls, finish_reason, usage];
  }
  if (content) return [content, stop_reason, usage];
  return [output.map(({ parsed_arguments: _parsed, ...item }: any) => itemSaid(item)), status, usage];
}

const itemSaid = (item: any) => ({
  ...item,
  ...(item.content ? { content: item.content.map(({ parsed: _parsed, ...part }: any) => part) } : {}),
});

for (const [api, client] of CLIENTS)
  test(`${api}: nothing that one provider left makes the next refuse`, () => {
    fc.assert(
      fc.property(answers, (events) => {
        const request = client.readRequest(ECHOES[api]!(client.writeAnswer(events, FRAME)));
        const proofs = collect(events).parts.flatMap((part) =>
          part.kind === "thinking" && part.signature ? [part.signature] : [],
        );
        for (const [next, { provider }] of Object.entries(TRANSLATORS)) {
          const { body } = provider.writeRequest(request, { model: "m" });
          const sent = JSON.stringify(body);
          assert.ok(!sent.includes("openclaw:"), sent);
          for (const proof of proofs) checkProof(api, next, proof, sent, events);
          checkCalls(sent, events, next);
        }
      }),
      RUNS,
    );
  });

type Proof = { readonly api: string; readonly value: string };

/** It goes back to who made it, and to nobody else. */
function checkProof(
  client: string,
  provider: string,
  { api, value }: Proof,
  sent: string,
  events: readonly AnswerEvent[],
): void {
  const [plain] = value.split(":").toReversed();
  // Several providers speak one protocol, and know what was signed in it.
  const isMaker = TRANSLATORS[provider]!.provider.reader === TRANSLATORS[api]!.provider.reader;
  // Chat has no seat for it: the gateway remembers. Google's stands on a call.
  const hasSeat =
    client !== "openai-completions" &&
    api !== "openai-completions" &&
    (api !== "google-generative-ai" || collect(events).calls.length > 0);
  if (isMaker && hasSeat) assert.ok(sent.includes(`"${plain}"`), `${provider} gets ${plain}: ${sent}`);
  if (!isMaker && api !== "openai-completions")
    assert.ok(!sent.includes(`"${plain}"`), `${provider} does not get ${plain}`);
}

/** Each call is there with its result; ids are what every protocol takes. */
function checkCalls(sent: string, events: readonly AnswerEvent[], provider: string): void {
  for (const { name } of collect(events).calls) assert.ok(sent.includes(`"${name}"`), sent);
  if (/google|ollama/.test(provider)) return;
  const ids = [...sent.matchAll(/"(?:id|tool_use_id|tool_call_id|call_id|toolUseId)":"((?!rs_)[^"]*)"/g)].map(
    ([, id]) => id!,
  );
  for (const id of ids) assert.match(id, /^[\w-]{1,64}$/);
}
