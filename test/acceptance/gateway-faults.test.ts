// Every way in which an upstream can fail, in every protocol, through both paths of the gateway: account `a` has the
// fault, account `b` is healthy. What must come out is read from the fault's own description, never from the plan.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Action } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";
import type { Seen } from "../support/http-client.ts";
import { send } from "../support/http-client.ts";
import type { Protocol, ProtocolName } from "../support/protocols.ts";
import { PROTOCOLS } from "../support/protocols.ts";

/** Characters of several bytes, so that a cut inside one would show. */
const OF_A = "Alpha répond très bien à tout — ✓";
const OF_B = "Beta antwortet für alle — ✓";
const LIMITED = { type: "rate_limit_error", message: "Rate limit reached for requests" };
const BROKEN = { type: "server_error", message: "The server had an error" };

/** What a client may see of `a`: its whole answer, nothing, or the beginning of it. */
type Shows = "all" | "nothing" | "part";
/** The bar that `a` gets; `none` for no bar at all. */
type Bar = { readonly lane: string; readonly reason: string; readonly scope: string } | "none";

interface Fault {
  readonly name: string;
  readonly shows: Shows;
  readonly bar: Bar;
  readonly action: (protocol: Protocol) => Action;
}

const cooldown = (reason: string): Bar => ({ lane: "cooldown", reason, scope: "m1" });
const framesOfA = (protocol: Protocol) => ({ frames: protocol.frames(OF_A) });
const wholeOfA = (protocol: Protocol) => JSON.stringify(protocol.whole(OF_A));
const halfOf = (text: string) => text.slice(0, text.length >> 1);
const JSON_HEADERS = { "content-type": "application/json" };
const halfBody = (protocol: Protocol) => ({ frames: [halfOf(wholeOfA(protocol))], headers: JSON_HEADERS });

const ANY_FORM: readonly Fault[] = [
  { name: "reset before", shows: "nothing", bar: cooldown("timeout"), action: act.resetBefore },
  {
    name: "reset inside headers",
    shows: "nothing",
    bar: cooldown("timeout"),
    action: act.resetInsideHeaders,
  },
  {
    name: "a page instead of an answer",
    shows: "nothing",
    bar: cooldown("timeout"),
    action: () => act.wrongContentType(),
  },
  {
    name: "an empty 200",
    shows: "nothing",
    bar: "none",
    action: () => act.reply({ body: "" }),
  },
  {
    name: "a gigantic error",
    shows: "nothing",
    bar: cooldown("timeout"),
    action: () => act.gigantic(2_000_000, 500),
  },
  {
    name: "an error event first",
    shows: "nothing",
    bar: cooldown("rate_limit"),
    action: (protocol) => act.errorEventFirst(protocol.errorFrame(LIMITED)),
  },
  {
    name: "an error object in a 200",
    shows: "nothing",
    bar: cooldown("rate_limit"),
    action: (protocol) => act.reply({ body: protocol.errorBody(LIMITED) }),
  },
];

const STREAMED: readonly Fault[] = [
  ...ANY_FORM,
  {
    name: "reset after headers",
    shows: "nothing",
    bar: cooldown("timeout"),
    action: (protocol) => act.resetAfterFrames(0, framesOfA(protocol)),
  },
  {
    name: "reset before content",
    shows: "nothing",
    bar: cooldown("timeout"),
    action: (protocol) => act.resetAfterFrames(protocol.prelude, framesOfA(protocol)),
  },
  {
    name: "half of the first frame",
    shows: "nothing",
    bar: cooldown("timeout"),
    action: (protocol) => act.halfFrame(0, framesOfA(protocol)),
  },
  {
    name: "half of the first frame with content, then FIN",
    shows: "nothing",
    bar: cooldown("timeout"),
    action: (protocol) => act.halfFrame(protocol.prelude, framesOfA(protocol), "fin"),
  },
  {
    name: "end before content",
    shows: "nothing",
    bar: cooldown("timeout"),
    action: (protocol) => act.endAfterFrames(protocol.prelude, framesOfA(protocol)),
  },
  {
    name: "an error event before content",
    shows: "nothing",
    bar: cooldown("rate_limit"),
    action: (protocol) =>
      act.errorEventAfter(protocol.prelude, framesOfA(protocol), protocol.errorFrame(LIMITED)),
  },
  {
    name: "reset after content",
    shows: "part",
    bar: cooldown("timeout"),
    action: (protocol) => act.resetAfterFrames(protocol.prelude + 1, framesOfA(protocol)),
  },
  {
    name: "half a frame after content",
    shows: "part",
    bar: cooldown("timeout"),
    action: (protocol) => act.halfFrame(protocol.prelude + 2, framesOfA(protocol)),
  },
  {
    name: "half a frame after content, then FIN",
    shows: "part",
    bar: cooldown("timeout"),
    action: (protocol) => act.halfFrame(protocol.prelude + 1, framesOfA(protocol), "fin"),
  },
  {
    name: "end after content, without the end of the answer",
    shows: "part",
    bar: cooldown("timeout"),
    action: (protocol) => act.endAfterFrames(protocol.prelude + 2, framesOfA(protocol)),
  },
  {
    name: "a limit told after content",
    shows: "part",
    bar: cooldown("rate_limit"),
    action: (protocol) =>
      act.errorEventAfter(protocol.prelude + 2, framesOfA(protocol), protocol.errorFrame(LIMITED)),
  },
  {
    name: "a fault told after content",
    shows: "part",
    bar: cooldown("timeout"),
    action: (protocol) =>
      act.errorEventAfter(protocol.prelude + 1, framesOfA(protocol), protocol.errorFrame(BROKEN)),
  },
  {
    name: "reset after the end of the answer",
    shows: "all",
    bar: "none",
    action: (protocol) => act.resetAfterFrames(Infinity, framesOfA(protocol)),
  },
  {
    name: "an error told after the end of the answer",
    shows: "all",
    bar: "none",
    action: (protocol) => act.errorEventAfter(Infinity, framesOfA(protocol), protocol.errorFrame(BROKEN)),
  },
  { name: "no fault", shows: "all", bar: "none", action: (protocol) => act.stream(framesOfA(protocol)) },
  { name: "a drip", shows: "all", bar: "none", action: (protocol) => act.drip(5, 0, framesOfA(protocol)) },
  {
    name: "gzip that nobody asked for",
    shows: "all",
    bar: "none",
    action: (protocol) =>
      act.gzipped({
        headers: { "content-type": "text/event-stream" },
        body: protocol.frames(OF_A).join(""),
      }),
  },
];

const WHOLE: readonly Fault[] = [
  ...ANY_FORM,
  {
    name: "reset inside the body",
    shows: "nothing",
    bar: cooldown("timeout"),
    action: (protocol) => act.resetAfterFrames(1, halfBody(protocol)),
  },
  {
    name: "half a body that ends in a brace",
    shows: "nothing",
    bar: cooldown("timeout"),
    action: (protocol) => {
      const whole = wholeOfA(protocol);
      return act.reply({ body: whole.slice(0, whole.lastIndexOf("}", whole.length - 2) + 1) });
    },
  },
  {
    name: "half a body that ends well",
    shows: "nothing",
    bar: cooldown("timeout"),
    action: (protocol) => act.reply({ body: halfOf(wholeOfA(protocol)) }),
  },
  {
    name: "half a body that talks of money",
    shows: "nothing",
    bar: cooldown("timeout"),
    action: (protocol) =>
      act.reply({ body: halfOf(JSON.stringify(protocol.whole("Insufficient credit balance. ".repeat(20)))) }),
  },
  {
    name: "a lying content-length",
    shows: "nothing",
    bar: cooldown("timeout"),
    action: (protocol) => act.lyingContentLength(9999, halfOf(wholeOfA(protocol))),
  },
  {
    name: "no fault",
    shows: "all",
    bar: "none",
    action: (protocol) => act.reply({ body: protocol.whole(OF_A) }),
  },
  {
    name: "a drip",
    shows: "all",
    bar: "none",
    action: (protocol) => act.drip(9, 0, { frames: [wholeOfA(protocol)], headers: JSON_HEADERS }),
  },
  {
    name: "gzip that nobody asked for",
    shows: "all",
    bar: "none",
    action: (protocol) => act.gzipped({ body: protocol.whole(OF_A) }),
  },
];

/** These end only because the gateway's patience does. */
const SLOW_ANY_FORM: readonly Fault[] = [
  { name: "silence", shows: "nothing", bar: cooldown("timeout"), action: act.stall },
  {
    name: "slow headers",
    shows: "nothing",
    bar: cooldown("timeout"),
    action: (protocol) => act.slowHeaders(20_000, act.stream(framesOfA(protocol))),
  },
];
const SLOW_STREAMED: readonly Fault[] = [
  ...SLOW_ANY_FORM,
  {
    name: "silence before content",
    shows: "nothing",
    bar: cooldown("timeout"),
    action: (protocol) => act.stallAfterFrames(protocol.prelude, framesOfA(protocol)),
  },
  {
    name: "silence after content",
    shows: "part",
    bar: cooldown("timeout"),
    action: (protocol) => act.stallAfterFrames(protocol.prelude + 2, framesOfA(protocol)),
  },
];
const SLOW_WHOLE: readonly Fault[] = [
  ...SLOW_ANY_FORM,
  {
    name: "silence inside the body",
    shows: "nothing",
    bar: cooldown("timeout"),
    action: (protocol) => act.stallAfterFrames(1, halfBody(protocol)),
  },
];

/** The two paths, each with and without a stream. The agent path always streams upstream. */
const FORMS = [
  { form: "pass-through, streamed", agent: false, stream: true, upstreamStreams: true },
  { form: "pass-through, whole", agent: false, stream: false, upstreamStreams: false },
  { form: "agent, streamed", agent: true, stream: true, upstreamStreams: true },
  { form: "agent, whole", agent: true, stream: false, upstreamStreams: true },
] as const;

interface Case {
  /** its own provider, so that no case sees the health of another */
  readonly provider: string;
  readonly protocolName: ProtocolName;
  readonly protocol: Protocol;
  readonly form: (typeof FORMS)[number];
  readonly fault: Fault;
  /** what is shown where everything that is held back stays invisible */
  readonly shows: Shows;
}

function casesOf(streamed: readonly Fault[], whole: readonly Fault[]): Case[] {
  const names = Object.keys(PROTOCOLS) as ProtocolName[];
  const all = names.flatMap((protocolName) =>
    FORMS.flatMap((form) =>
      (form.upstreamStreams ? streamed : whole).map((fault) => ({ protocolName, form, fault })),
    ),
  );
  return all.map((entry, index) => {
    const collected = entry.form.agent && !entry.form.stream;
    const shows = collected && entry.fault.shows === "part" ? "nothing" : entry.fault.shows;
    return { ...entry, provider: `p${index}`, protocol: PROTOCOLS[entry.protocolName], shows };
  });
}

function startFor(cases: readonly Case[], limits: object): Promise<TestGateway> {
  const byProvider = new Map(cases.map((entry) => [entry.provider, entry]));
  return startTestGateway({
    providers: Object.fromEntries(
      cases.map(({ provider, protocol }) => [
        provider,
        { api: protocol.api, keys: ["a", "b"], models: ["m1"] },
      ]),
    ),
    access: { gateway: { maxWaitMs: 0, ...limits } },
    config: {
      agents: {
        list: cases.map(({ provider }) => ({
          id: `agent-${provider}`,
          model: { primary: `${provider}/m1`, fallbacks: [] },
        })),
      },
    },
    script: (call) => {
      const { protocol, fault } = byProvider.get(/p\d+/.exec(call.path)![0])!;
      if (call.key.endsWith("-a")) return fault.action(protocol);
      return call.body.json.stream
        ? act.stream({ frames: protocol.frames(OF_B) })
        : act.reply({ body: protocol.whole(OF_B) });
    },
  });
}

function callThe(gateway: TestGateway, { provider, protocol, form }: Case): Promise<Seen> {
  const model = form.agent ? `openclaw/agent-${provider}` : `${provider}/m1`;
  return send(gateway.url + protocol.path, {
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify(protocol.body(model, form.stream)),
  });
}

function assertAnswer(entry: Case, seen: Seen): void {
  const { protocol, form, shows } = entry;
  assert.equal(seen.broken, undefined, `the answer ends as HTTP wants it: ${seen.text}`);
  assert.equal(seen.status, 200);
  if (shows === "part") return assertPart(entry, seen);
  const text = shows === "all" ? OF_A : OF_B;
  if (!form.agent)
    assert.equal(
      seen.text,
      form.stream ? protocol.frames(text).join("") : JSON.stringify(protocol.whole(text)),
    );
  else if (form.stream)
    assert.deepEqual(protocol.readStream(seen.text), { text, errors: [], complete: true }, seen.text);
  else assert.equal(protocol.readWhole(JSON.parse(seen.text)), text);
}

/** The beginning of `a`, then one error of the protocol, and nothing of `b`. */
function assertPart({ protocol, form }: Case, seen: Seen): void {
  const { text, errors, complete } = protocol.readStream(seen.text);
  assert.ok(text.length > 0 && OF_A.startsWith(text) && text !== OF_A, `part of a: ${text}`);
  assert.equal(errors.length, 1, `one error event in ${seen.text}`);
  assert.ok(complete, "the protocol's own end");
  assert.ok(errors[0].message.length > 0);
  if (!form.agent) {
    const sent = protocol
      .frames(OF_A)
      .slice(0, protocol.prelude + 1)
      .join("");
    assert.ok(seen.text.startsWith(sent), "what a sent is untouched");
  }
}

async function assertTrace(gateway: TestGateway, entry: Case, seen: Seen): Promise<void> {
  const { provider, fault, shows } = entry;
  const receipt = await gateway.receipt(seen);
  const attempts = receipt.attempts.map(({ profileId, outcome }) => `${profileId} ${outcome}`);
  const expected = {
    all: [`${provider}:a ok`],
    nothing: [`${provider}:a failed`, `${provider}:b ok`],
    part: [`${provider}:a cut`],
  }[shows];
  assert.deepEqual(attempts, expected);
  assert.equal(receipt.outcome, shows === "part" ? "cut" : "ok");
  // Health is written in the order in which it was learnt: what the last account did comes last.
  const last = `${provider}:${shows === "nothing" ? "b" : "a"}`;
  await gateway.health(last, ({ lastUsed, bars }) =>
    assert.ok(shows === "part" ? bars.length > 0 : lastUsed),
  );
  const { bars } = await gateway.health(`${provider}:a`);
  const seenBars = bars.map(({ lane, reason, scope }) => ({ lane, reason, scope }));
  assert.deepEqual(seenBars, fault.bar === "none" ? [] : [fault.bar]);
  const healthOfB = await gateway.health(`${provider}:b`);
  assert.deepEqual([healthOfB.bars, healthOfB.errorCount], [[], 0]);
}

/** One gateway for each form: it knows no more accounts than a user has. */
function matrix(name: string, cases: readonly Case[], limits: object): void {
  for (const protocol of Object.keys(PROTOCOLS))
    for (const form of FORMS)
      describe(`${name}: ${protocol}, ${form.form}`, { concurrency: 8 }, () => {
        const mine = cases.filter((each) => each.protocolName === protocol && each.form === form);
        let gateway: TestGateway;
        before(async () => void (gateway = await startFor(mine, limits)));
        after(() => gateway.stop());
        for (const entry of mine)
          test(entry.fault.name, async () => {
            const seen = await callThe(gateway, entry);
            assertAnswer(entry, seen);
            await assertTrace(gateway, entry, seen);
          });
      });
}

describe("the fault matrix", { concurrency: 2 }, () => {
  matrix("a fault", casesOf(STREAMED, WHOLE), {});
});
describe("the fault matrix, ended by the gateway's patience", { concurrency: 12 }, () => {
  matrix("no answer in time", casesOf(SLOW_STREAMED, SLOW_WHOLE), {
    firstByteTimeoutMs: 2000,
    answerTimeoutMs: 2000,
    idleTimeoutMs: 2000,
  });
});
