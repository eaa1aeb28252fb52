import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CandidateRecord, Receipt } from "../receipt.ts";
import { CHANGE_FORMS } from "./changes.ts";
import type { WhatIf } from "./what-if.ts";
import { whatIf } from "./what-if.ts";

const NOW = 1_000_000;

const candidate = (profileId: string, extra: Partial<CandidateRecord> = {}): CandidateRecord => ({
  profileId,
  provider: profileId.split(":")[0]!,
  type: "api_key",
  source: "store",
  bars: [],
  ...extra,
});
const cooling = {
  scope: "*",
  lane: "cooldown",
  reason: "rate_limit",
  since: NOW - 1000,
  until: NOW + 5000,
} as const;

const receipt = (extra: Partial<Receipt> = {}): Receipt => ({
  runId: "r",
  at: NOW,
  agent: "main",
  protocol: "anthropic-messages",
  requested: "anthropic/opus",
  models: ["anthropic/opus", "openai/gpt"],
  outcome: "ok",
  status: 200,
  durationMs: 5,
  attempts: [
    {
      model: "anthropic/opus",
      profileId: "anthropic:a",
      startedMs: 0,
      endedMs: 2,
      outcome: "failed",
      status: 429,
      kind: "rate_limit",
    },
    {
      model: "anthropic/opus",
      profileId: "anthropic:b",
      startedMs: 2,
      endedMs: 5,
      outcome: "ok",
      status: 200,
    },
  ],
  candidates: [
    candidate("anthropic:a"),
    candidate("anthropic:b", { place: 1 }),
    candidate("anthropic:tired", { place: 2, bars: [cooling] }),
    candidate("openai:x"),
  ],
  omitted: [candidate("anthropic:spare", { lastUsed: 1 })],
  load: { lastUsed: [5, 3, 1, 0], inFlight: [0, 0, 0, 0] },
  leftOut: [],
  ...extra,
});

const names = (attempts: WhatIf["asIf"]["attempts"]) => attempts.map(({ profileId }) => profileId);

describe("a plan made again", () => {
  const rows: [string, string[], string[]][] = [
    ["as it was", [], ["anthropic:a", "anthropic:b", "openai:x"]],
    ["another order", ["order=anthropic:b,anthropic:a"], ["anthropic:b", "anthropic:a", "openai:x"]],
    ["an order that names one it left out", ["order=anthropic:spare"], ["anthropic:spare", "openai:x"]],
    ["no order", ["no-order=anthropic"], ["anthropic:spare", "anthropic:b", "anthropic:a", "openai:x"]],
    ["a cooldown", ["cooldown=anthropic:a"], ["anthropic:b", "openai:x"]],
    ["two of them", ["cooldown=anthropic:a,anthropic:b"], ["openai:x"]],
    [
      "a bar that is lifted",
      ["ready=anthropic:tired"],
      ["anthropic:a", "anthropic:b", "anthropic:tired", "openai:x"],
    ],
    ["a profile less", ["without=anthropic:a"], ["anthropic:b", "openai:x"]],
    ["a pin", ["pin=anthropic:b"], ["anthropic:b", "openai:x"]],
    ["a pin on what cools", ["pin=anthropic:tired"], ["openai:x"]],
    [
      "no order and a session",
      ["no-order=anthropic", "session=anthropic:a"],
      ["anthropic:a", "anthropic:spare", "anthropic:b", "openai:x"],
    ],
    ["a session does not beat an order", ["session=anthropic:b"], ["anthropic:a", "anthropic:b", "openai:x"]],
    ["models", ["model=openai/gpt"], ["openai:x"]],
    [
      "several, in turn",
      ["cooldown=anthropic:b", "ready=anthropic:b", "order=anthropic:b"],
      ["anthropic:b", "openai:x"],
    ],
    ["spaces and case", [" Order = anthropic:b , anthropic:a "], ["anthropic:b", "anthropic:a", "openai:x"]],
  ];
  for (const [what, changes, expected] of rows)
    test(what, () => {
      const { asItWas, asIf } = whatIf(receipt(), changes);
      assert.deepEqual(names(asIf.attempts), expected);
      assert.deepEqual(names(asItWas.attempts), ["anthropic:a", "anthropic:b", "openai:x"]);
    });

  test("what the run learnt stands beside each attempt", () => {
    const { asIf } = whatIf(receipt(), ["order=anthropic:b,anthropic:a"]);
    assert.deepEqual(
      asIf.attempts.map(({ happened }) => happened),
      [{ outcome: "ok", status: 200 }, { outcome: "failed", status: 429, kind: "rate_limit" }, undefined],
    );
  });

  test("where nothing is free, the soonest recovery is told", () => {
    const { asIf } = whatIf(receipt(), ["model=anthropic/opus", "pin=anthropic:tired"]);
    assert.deepEqual([asIf.attempts, asIf.freeAt], [[], NOW + 5000]);
    assert.equal(asIf.leftOut.find(({ code }) => code === "cooldown")?.profileId, "anthropic:tired");
  });

  test("what cannot be known is said", () => {
    assert.match(
      whatIf(receipt(), ["model=anthropic/haiku"]).notes.join(),
      /did not ask for anthropic\/haiku/,
    );
    assert.match(whatIf(receipt({ more: 3 }), []).notes.join(), /3 more/);
    const [first] = receipt().attempts;
    const odd = receipt({ attempts: [{ ...first!, profileId: "anthropic:b" }] });
    assert.match(whatIf(odd, []).notes.join(), /lacks an input.*anthropic:a comes first.*anthropic:b/);
  });

  const pairs: [readonly string[], string][] = [
    [["cooldown=anthropic:a", "ready=anthropic:a,openai:x"], "takes the place of"],
    [["order=anthropic:b", "no-order=anthropic"], "takes the place of"],
    [["pin=anthropic:b", "session=anthropic:b", "pin=none"], "takes the place of"],
    [["crossing=never", "crossing=allow"], "takes the place of"],
    [["without=anthropic:b", "pin=anthropic:b"], "names what is gone by"],
  ];
  for (const [changes, words] of pairs)
    test(`contradictions are told: ${changes.join(" ")}`, () =>
      assert.deepEqual(whatIf(receipt(), changes).notes, [`${changes.at(-1)} ${words} ${changes[0]}.`]));

  for (const changes of [
    ["cooldown=anthropic:a", "cooldown=anthropic:b"],
    ["order=anthropic:b", "order=openai:x"],
    ["cooldown=anthropic:a", "without=anthropic:a"],
    ["ready=anthropic:tired", "order=anthropic:tired"],
  ])
    test(`no contradiction: ${changes.join(" ")}`, () =>
      assert.deepEqual(whatIf(receipt(), changes).notes, []));

  test("crossing", () => {
    const closed = receipt({
      models: ["anthropic/opus"],
      attempts: [],
      candidates: [
        candidate("anthropic:sub", { type: "token", bars: [cooling] }),
        candidate("anthropic:key"),
      ],
      crossingClosed: { closed: "crossing_never" },
    });
    const planned = (changes: readonly string[]) =>
      whatIf(closed, changes).asIf.attempts.map(({ profileId }) => profileId);
    assert.deepEqual(planned([]), []);
    assert.deepEqual(planned(["crossing=allow"]), ["anthropic:key"]);
    assert.deepEqual(planned(["crossing=allow", "crossing=never"]), []);
    assert.throws(() => planned(["crossing=maybe"]), /allow or never/);
  });

  test("the receipt is not changed", () => {
    const given = receipt();
    const before = JSON.stringify(given);
    whatIf(given, ["ready=anthropic:tired", "cooldown=anthropic:a", "no-order=anthropic"]);
    assert.equal(JSON.stringify(given), before);
  });
});

describe("refused", () => {
  const rows: [string, string, RegExp][] = [
    ["odrer=anthropic:a", "bad_input", /no such change. Did you mean order=/],
    ["xyzzyxyzzy=1", "bad_input", /Write one of: order=, .*model=/],
    ["", "bad_input", /no such change/],
    ["cooldown", "bad_input", /names nothing. Write cooldown=<profile>/],
    ["cooldown= , ", "bad_input", /names nothing/],
    ["cooldown=anthropic:aa", "unknown_profile", /no profile anthropic:aa. Did you mean anthropic:a\?/],
    [
      "cooldown=somethingelse",
      "unknown_profile",
      /It holds anthropic:a, anthropic:b, .*openai:x, anthropic:spare\./,
    ],
    ["order=anthropic:b,openai:x", "bad_input", /openai:x is of openai.*its own --if/],
    ["order=anthropic:b,anthropic:b", "bad_input", /anthropic:b is in it twice/],
    ["no-order=anthropc", "unknown_provider", /Did you mean anthropic\?/],
    ["pin=anthropic:a,anthropic:b", "bad_input", /takes one value/],
    ["model=opus", "bad_input", /names no provider. Write provider\/model/],
    ["model=/x", "bad_input", /not a model reference/],
    ["model=mistral/x", "unknown_provider", /no profile of mistral/],
  ];
  for (const [text, code, words] of rows)
    test(`--if "${text}"`, () => {
      assert.throws(
        () => whatIf(receipt(), [text]),
        (error: any) => {
          assert.equal(error.code, code);
          assert.match(error.message, words);
          assert.ok(error.message.includes(`--if "${text}"`) || text.startsWith("model="));
          return true;
        },
      );
    });

  test("every form is told", () => assert.equal(Object.keys(CHANGE_FORMS).length, 9));
});
