// Requests and answers with faults, through every codec: what comes out is a value, or a fault of the request.
import assert from "node:assert/strict";
import fc from "fast-check";
import { AccessError } from "../../src/core/errors.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { TRANSLATORS } from "../../src/wire/translate/all.ts";
import type { AnswerEvent, ModelRequest } from "../../src/wire/translate/neutral.ts";
import { fitToolNames } from "../../src/wire/translate/tool-names.ts";
import type { ClientTranslator, ProviderTranslator } from "../../src/wire/translate/translator.ts";
import { answers, requests } from "./arbitraries.ts";
import type { Random } from "./mutate.ts";
import { mutated, pick, randomFrom } from "./mutate.ts";
import { OTHER_ANSWERS, OTHER_REQUESTS } from "./samples.ts";

const FRAME = { id: "r1", model: "p/m", created: 1_700_000_000, usage: true, thinks: true };
const TARGET = { model: "m", maxTokens: 64_000, reasoning: true };
const CLIENTS = Object.entries(TRANSLATORS).flatMap(([api, { client }]) =>
  client ? [[api, client] as const] : [],
);
const PROVIDERS = Object.entries(TRANSLATORS);

/** Requests, answers and frames that were given a fault. */
export const MUTATED = "mutated";

/** What happened, by protocol: `openai-completions: read`. */
export type Hits = Record<string, number>;

export interface Samples {
  readonly requests: ReadonlyMap<string, readonly JsonObject[]>;
  readonly bodies: ReadonlyMap<string, readonly JsonObject[]>;
  readonly frames: ReadonlyMap<string, readonly JsonObject[][]>;
}

/** Every `round` is another fault in another sample. */
export function malformedRounds(seed: number, rounds: number): Hits {
  const random = randomFrom(seed);
  const samples = samplesFrom(seed);
  const hits: Hits = {};
  const hit = (what: string) => void (hits[what] = (hits[what] ?? 0) + 1);
  for (let round = 0; round < rounds; round++) {
    requestRound(samples, random, hit);
    answerRound(samples, random, hit);
  }
  return hits;
}

export function samplesFrom(seed: number): Samples {
  const asked = fc.sample(requests, { seed, numRuns: 40 });
  const told = fc.sample(answers, { seed, numRuns: 40 });
  const whole = CLIENTS.map(
    ([api, client]) => [api, told.map((events) => client.writeAnswer(events, FRAME))] as const,
  );
  const streams = CLIENTS.map(
    ([api, client]) => [api, told.map((events) => framesOf(client, events))] as const,
  );
  const written = CLIENTS.map(([api]) => {
    const bodies = asked.flatMap((request) => bodyFor(api, request));
    return [api, [...bodies, ...(OTHER_REQUESTS[api] ?? [])]] as const;
  });
  const others = Object.entries(OTHER_ANSWERS);
  return {
    requests: new Map(written),
    bodies: new Map([...whole, ...others]),
    frames: new Map([...streams, ...others.map(([api, list]) => [api, list.map((each) => [each])] as const)]),
  };
}

function bodyFor(api: string, request: ModelRequest): JsonObject[] {
  try {
    return [TRANSLATORS[api]!.provider.writeRequest(request, TARGET).body];
  } catch {
    return [];
  }
}

const framesOf = (client: ClientTranslator, events: readonly AnswerEvent[]): JsonObject[] => {
  const writer = client.writer(FRAME);
  const text = events.map((event) => writer.add(event)).join("") + writer.end();
  return text
    .split("\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice("data: ".length)) as JsonObject);
};

function requestRound(samples: Samples, random: Random, hit: (what: string) => void): void {
  const [api, client] = pick(CLIENTS, random);
  hit(MUTATED);
  const body = mutated(pick(samples.requests.get(api)!, random), random) as JsonObject;
  const request = refusable(() => fitToolNames(client.readRequest(body)).request);
  hit(`${api}: ${request ? "read" : "refused"}`);
  if (!request) return;
  for (const [provider, { provider: writer }] of PROVIDERS) {
    const written = refusable(() => writer.writeRequest(request, TARGET));
    if (written) refusable(() => JSON.stringify(written));
    hit(`to ${provider}: ${written ? "written" : "refused"}`);
  }
}

/** The gateway tells the client what an `AccessError` says, and that a body is nested too deeply. */
function refusable<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError && /call stack/.test(error.message)) return undefined;
    assert.ok(error instanceof AccessError && error.code === "bad_input", error as Error);
    assert.ok(error.message.length < 2_000, error.message);
    return undefined;
  }
}

function answerRound(samples: Samples, random: Random, hit: (what: string) => void): void {
  const [api, { provider }] = pick(PROVIDERS, random);
  const shape = sampleFor(samples, provider);
  let made = 0;
  const newId = () => `call_${made++}`;
  hit(MUTATED);
  const body = mutated(pick(samples.bodies.get(shape)!, random), random);
  if (typeof body === "object" && body !== null && !Array.isArray(body))
    tellAll(provider.readAnswer(body as JsonObject, newId));
  const reader = provider.reader(newId);
  const told: AnswerEvent[] = [];
  for (const frame of pick(samples.frames.get(shape)!, random)) {
    const isMutated = random() < 0.3;
    if (isMutated) hit(MUTATED);
    const data = refusable(() => JSON.stringify(isMutated ? mutated(frame, random) : frame));
    if (data !== undefined)
      told.push(...reader.add(pick(EVENTS, random), random() < 0.02 ? data.slice(1) : data));
  }
  tellAll([...told, ...reader.end()]);
  hit(`from ${api}: told`);
}

/** Some protocols name their frames outside of them. */
const EVENTS = [undefined, "contentBlockStart", "contentBlockDelta", "messageStop", "metadata"] as const;

/** Several providers speak one protocol; one without samples gets those of another. */
const sampleFor = ({ bodies }: Samples, { reader }: ProviderTranslator): string =>
  [...bodies.keys()].find((api) => TRANSLATORS[api]!.provider.reader === reader) ?? "openai-completions";

/** Every client can be told what was read. */
function tellAll(events: readonly AnswerEvent[]): void {
  for (const event of events) checkEvent(event);
  for (const [, client] of CLIENTS) {
    JSON.stringify(client.writeAnswer(events, FRAME));
    framesOf(client, events);
  }
}

const REASONS = new Set(["stop", "length", "tool_calls", "content_filter"]);

function checkEvent(event: AnswerEvent): void {
  if (event.kind === "finish") {
    assert.ok(REASONS.has(event.reason), String(event.reason));
    for (const count of Object.values(event.usage ?? {})) assert.ok(count >= 0);
  } else if (event.kind === "signature") assert.equal(typeof event.signature.value, "string");
  else if (event.kind === "tool") assert.ok(typeof event.name === "string" && /^[\w-]+$/.test(event.id));
  else assert.equal(typeof event.text, "string");
}
