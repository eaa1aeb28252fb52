// The official SDKs before a provider of each protocol that refuses what the real API would refuse, while accounts fail.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Call } from "../fakes/scripted-upstream.ts";
import type { Saying, Seen, SeenPart, StrictWire } from "../fakes/strict/rules.ts";
import type { StrictUpstream, Trouble } from "../fakes/strict/upstream.ts";
import { STRICT_WIRES, strictUpstream } from "../fakes/strict/upstream.ts";
import type { TestGateway, TestProvider } from "./gateway.ts";
import { startTestGateway } from "./gateway.ts";
import { chat, responses } from "./sdk-talk-openai.ts";
import { messages } from "./sdk-talk-anthropic.ts";
import type { TalkingSdk } from "./sdk-talk.ts";
import { PICTURE, SYSTEM } from "./sdk-talk.ts";

const TALKING_SDKS = { chat, responses, messages };

const CALLS = [
  { name: "weather", args: { city: "Rome" } },
  { name: "time", args: {} },
  { name: "weather", args: { city: 'Oslo "north" \u{1F30D}' } },
];
const THOUGHT = "Two cities:\nI ask for both at once.";
const ANSWER = "Sunny in Rome, noon, and snow in Oslo.";

function mind({ tools, turns, hasSchema }: Seen): Saying {
  if (hasSchema) return { text: '{"city":"Rome","degrees":21}' };
  const spoken = turns.flatMap(({ parts }) => parts);
  if (tools.length > 0 && !spoken.some(({ kind }) => kind === "result"))
    return { thinking: THOUGHT, text: "Let me look.", calls: CALLS };
  return { text: spoken.at(-1)!.kind === "text" ? "In sum: weather." : ANSWER };
}

const resultOf = ({ name, args }: { name: string; args: unknown }): string =>
  `${name} ${JSON.stringify(args)}`;

const ACCOUNT = /-(a|b)$/;
/** A provider for each talk: what one talk teaches the gateway of an account is nothing to the next one. */
const providerOf = (sdk: string, streamed: boolean, trouble: Trouble): string =>
  `${sdk}-${streamed ? "stream" : "whole"}-${trouble}`;

/** The account that fails is the first one; `sk-fake-<provider>-a` is its key. */
const troubleOf = ({ headers, key }: Call): Trouble | undefined => {
  const used = typeof headers["api-key"] === "string" ? headers["api-key"] : key;
  return ACCOUNT.exec(used)?.[1] === "a" ? (used.split("-").at(-2) as Trouble) : undefined;
};

/** Bedrock tells by its name what a model takes. */
const modelOf = ({ api }: StrictWire): string =>
  api === "bedrock-converse-stream" ? "anthropic.claude-sonnet-4-5-20250929-v1:0" : "m1";

interface Place {
  readonly gateway: TestGateway;
  readonly upstream: StrictUpstream;
}

async function open(wire: StrictWire, names: readonly string[]): Promise<Place> {
  const upstream = strictUpstream(wire, mind, troubleOf);
  const provider: TestProvider = { api: wire.api, keys: ["a", "b"], models: [modelOf(wire)] };
  const gateway = await startTestGateway({
    providers: Object.fromEntries(names.map((name) => [name, provider])),
    order: Object.fromEntries(names.map((name) => [name, [`${name}:a`, `${name}:b`]])),
    script: upstream.script,
  });
  return { gateway, upstream };
}

const parts = ({ turns }: Seen): readonly SeenPart[] => turns.flatMap((turn) => turn.parts);
const ofKind = <K extends SeenPart["kind"]>(seen: Seen, kind: K) =>
  parts(seen).filter((part): part is Extract<SeenPart, { kind: K }> => part.kind === kind);

/** What the model saw is what the program meant. */
function assertSeen([first, second, third]: readonly Seen[], sdk: TalkingSdk, wire: StrictWire): void {
  assert.ok(first!.system.includes(SYSTEM));
  assert.deepEqual(first!.tools, ["weather", "time"]);
  assert.deepEqual(ofKind(first!, "image"), [{ kind: "image", data: PICTURE }]);
  // Results of chat completions hold no pictures.
  const pictures = sdk.api === "openai-completions" ? [PICTURE] : [PICTURE, PICTURE];
  for (const seen of [second!, third!]) {
    const shown = ofKind(seen, "image").map(({ data }) => data);
    assert.deepEqual(shown, pictures);
    assert.deepEqual(
      ofKind(seen, "call").map(({ name, args }) => ({ name, args })),
      CALLS,
    );
    assert.deepEqual(
      ofKind(seen, "result").map(({ text }) => text),
      CALLS.map(resultOf),
    );
    assert.ok(ofKind(seen, "text").some(({ text }) => text === "Let me look."));
  }
  assert.ok(ofKind(third!, "text").some(({ text }) => text === ANSWER));
  // What passes as it came holds what the SDK itself keeps.
  if (sdk.api === wire.api) return;
  const thoughts = ofKind(second!, "thinking")
    .map(({ text }) => text)
    .join("");
  // Ollama's models are not asked to think by a mere budget: many cannot.
  if (wire.api === "ollama") return assert.ok(THOUGHT.endsWith(thoughts));
  assert.ok(first!.thinks, "the model is asked to think");
  assert.equal(thoughts, THOUGHT);
}

async function talkAll(
  { gateway, upstream }: Place,
  wire: StrictWire,
  name: string,
  sdk: TalkingSdk,
): Promise<void> {
  const talk = { url: gateway.url, model: `${name}/${modelOf(wire)}`, streamed: name.includes("stream") };
  const from = { seen: upstream.seen.length, broken: upstream.broken.length };
  const heard = await sdk.useTools(talk, resultOf).catch((error: unknown) => error);
  assert.deepEqual(upstream.broken.slice(from.broken), []);
  assert.deepEqual(heard, { calls: CALLS, text: ANSWER, sum: "In sum: weather." });
  assertSeen(upstream.seen.slice(from.seen), sdk, wire);
  const json = await sdk.askForJson(talk).catch((error: unknown) => error);
  assert.deepEqual(upstream.broken.slice(from.broken), []);
  assert.deepEqual(json, { city: "Rome", degrees: 21 });
  const tried = gateway.upstream.calls.flatMap(({ headers, key }) => {
    const used = typeof headers["api-key"] === "string" ? headers["api-key"] : key;
    return used.startsWith(`sk-fake-${name}-`) ? [used.at(-1)] : [];
  });
  assert.deepEqual(tried, ["a", "b", "b", "b", "b"], "the failing account is asked once");
}

/** @param troubles what the first account does instead of answering */
export function sdkSuite(troubles: readonly Trouble[], wires = STRICT_WIRES): void {
  for (const wire of wires)
    describe(`on ${wire.api}`, () => {
      const talks = Object.entries(TALKING_SDKS).flatMap(([name, sdk]) =>
        [false, true].flatMap((streamed) =>
          troubles.map((trouble) => ({ sdk, trouble, name: providerOf(name, streamed, trouble) })),
        ),
      );
      let place: Place;
      before(
        async () =>
          void (place = await open(
            wire,
            talks.map(({ name }) => name),
          )),
      );
      after(() => place.gateway.stop());
      for (const { name, sdk } of talks) test(name, () => talkAll(place, wire, name, sdk));
    });
}
