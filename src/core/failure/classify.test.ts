// Every recorded sample, further answers of real services, and input that nobody would send.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as fc from "fast-check";
import { classify } from "./classify.ts";
import type { Failure, FailureKind, FailureScope, UpstreamAnswer } from "./failure.ts";
import { FURTHER_CASES } from "./cases/all.ts";

interface Sample {
  readonly id: string;
  readonly provider: string;
  readonly transport: string;
  readonly http: number | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly confidence: "high" | "medium" | "low";
  readonly expect: {
    readonly class: FailureKind;
    readonly scope: FailureScope;
    readonly rotateKey: boolean;
    readonly reset: { readonly at: string } | null;
  };
}

const file = new URL("../../../test/data/errors.json", import.meta.url);
const samples = JSON.parse(readFileSync(file, "utf8")) as { referenceNow: string; rows: Sample[] };
const NOW = Date.parse(samples.referenceNow);

const transports: Readonly<Record<string, UpstreamAnswer["transport"]>> = {
  http: "http",
  sse: "sse",
  stream: "sse",
  network: "network",
};

function classifySample(row: Sample): Failure {
  const status = row.http === null ? {} : { status: row.http };
  const transport = transports[row.transport] ?? "text";
  return classify(row.provider, { transport, headers: row.headers, body: row.body, ...status }, NOW);
}

/** What differs between a failure and what a sample expects, in words. */
function differences(row: Sample): string[] {
  const got = classifySample(row);
  const { expect } = row;
  const at = expect.reset ? Date.parse(expect.reset.at) : undefined;
  return [
    got.kind === expect.class ? "" : `class ${got.kind}, not ${expect.class}`,
    got.scope === expect.scope ? "" : `scope ${got.scope}, not ${expect.scope}`,
    got.rotateKey === expect.rotateKey ? "" : `rotateKey ${got.rotateKey}`,
    got.retryAt === at ? "" : `reset ${got.retryAt}, not ${at}`,
  ].filter(Boolean);
}

test("the recorded samples: all of high confidence, 97 % of all", (t) => {
  const wrong = samples.rows
    .map((row) => ({ row, how: differences(row) }))
    .filter(({ how }) => how.length > 0);
  for (const level of ["high", "medium", "low"] as const) {
    const total = samples.rows.filter((row) => row.confidence === level).length;
    const missed = wrong.filter(({ row }) => row.confidence === level).length;
    t.diagnostic(`${level}: ${total - missed} of ${total}`);
  }
  for (const { row, how } of wrong) t.diagnostic(`${row.id} (${row.confidence}): ${how.join("; ")}`);
  assert.deepEqual(
    wrong.filter(({ row }) => row.confidence === "high").map(({ row }) => row.id),
    [],
  );
  assert.ok(wrong.length <= samples.rows.length * 0.03, `${wrong.length} samples are wrong`);
});

test("the general rules alone name most samples: a new provider is served well", (t) => {
  const right = samples.rows.filter((row) => {
    const got = classifySample({ ...row, provider: "somebody-new" });
    return got.kind === row.expect.class;
  });
  t.diagnostic(`${right.length} of ${samples.rows.length} classes`);
  assert.ok(right.length >= samples.rows.length * 0.85);
});

for (const [name, provider, answer, expected] of FURTHER_CASES) {
  test(`further: ${provider}, ${name}`, () => {
    const whole: UpstreamAnswer = { transport: "http", headers: {}, body: "", ...answer };
    const { kind, scope, rotateKey, retryAt } = classify(provider, whole, NOW);
    const resetIn = retryAt === undefined ? undefined : (retryAt - NOW) / 1000;
    assert.deepEqual([kind, scope, rotateKey, resetIn], expected);
  });
}

const refused = (status: number, body: unknown, headers = {}): Failure =>
  classify("openai", { transport: "http", status, headers, body }, NOW);
const message = (body: unknown): string => refused(401, body).message;

test("the message is one line of the upstream's words, short, without control characters or keys", () => {
  assert.equal(message({ error: { message: "  Bad\u0000\u001b[31m\nkey  " } }), "Bad [31m key");
  assert.equal(message({ error: { message: "x".repeat(1000) } }).length, 300);
  assert.doesNotMatch(message(`Incorrect API key provided: sk-proj-${"a1".repeat(20)}`), /a1a1/);
  assert.doesNotMatch(message(`invalid header: Bearer ${"zz9".repeat(9)}`), /zz9/);
  assert.equal(message(""), "HTTP 401, no message");
});

test("x-should-retry: false is kept", () => {
  assert.equal(refused(500, "", { "x-should-retry": "false" }).noRetry, true);
  assert.equal(refused(500, "", { "x-should-retry": "true" }).noRetry, undefined);
});

const badTimes = [
  "-5",
  "NaN",
  "Infinity",
  "",
  "soon",
  "9999-12-31T23:59:59Z",
  "1e309",
  "99999999999999999",
  "2026-13-45",
];
for (const value of badTimes) {
  test(`a useless reset time is no reset time: ${JSON.stringify(value)}`, () => {
    for (const name of [
      "retry-after",
      "retry-after-ms",
      "x-ratelimit-reset",
      "anthropic-ratelimit-unified-reset",
    ]) {
      const answer: UpstreamAnswer = { transport: "http", status: 429, headers: { [name]: value }, body: "" };
      assert.equal(classify("anthropic", answer, NOW).retryAt, undefined, name);
    }
  });
}

test("a useless header does not hide a good one behind it", () => {
  const headers = { "retry-after-ms": "soon", "retry-after": "-1", "x-ratelimit-reset-tokens": "6ms" };
  const answer: UpstreamAnswer = { transport: "http", status: 429, headers, body: "" };
  assert.equal(classify("openai", answer, NOW).retryAt, NOW + 6);
});

const kinds = new Set([
  "rate_limit",
  "overloaded",
  "timeout",
  "server_error",
  "auth",
  "auth_permanent",
  "billing",
  "model_not_found",
  "context_overflow",
  "format",
  "unknown",
]);
const scopes = new Set(["request", "model", "account", "provider"]);

function assertSound(failure: Failure): void {
  assert.ok(kinds.has(failure.kind) && scopes.has(failure.scope));
  assert.ok(failure.message.length > 0 && failure.message.length <= 300);
  assert.doesNotMatch(failure.message, /\p{Cc}/u);
  assert.ok(failure.retryAt === undefined || Number.isFinite(failure.retryAt));
  if (failure.kind === "rate_limit" || failure.status === 429) assert.equal(failure.rotateKey, true);
}

test("no input makes it throw or answer nonsense", () => {
  const providers = [...new Set(samples.rows.map((row) => row.provider)), "custom", "__proto__", ""];
  const words = samples.rows.map((row) => row.body).slice(0, 200);
  const answer = fc.record({
    transport: fc.constantFrom("http", "sse", "network", "text") as fc.Arbitrary<UpstreamAnswer["transport"]>,
    status: fc.integer({ min: -1, max: 700 }),
    headers: fc.dictionary(
      fc.constantFrom("retry-after", "retry-after-ms", "x-ratelimit-reset", "x-codex-primary-reset-at", "x"),
      fc.oneof(
        fc.string(),
        fc.double().map(String),
        fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
      ),
    ),
    body: fc.oneof(fc.jsonValue(), fc.string(), fc.constantFrom(...words), fc.constant(undefined)),
  });
  fc.assert(
    fc.property(fc.constantFrom(...providers), answer, (provider, value) => {
      assertSound(classify(provider, value, NOW));
      assert.deepEqual(classify(provider, value, NOW), classify(provider, value, NOW));
    }),
    { numRuns: 1500 },
  );
});

let deep: unknown = "end";
for (let depth = 0; depth < 20_000; depth++) deep = { error: deep };
const hostile: [name: string, body: unknown][] = [
  ["a megabyte of letters", "a".repeat(1 << 20)],
  ["a megabyte of digits and spaces", "1 ".repeat(1 << 19)],
  ["a megabyte of telling words", "model context token limit in 5 ".repeat(35_000)],
  ["a megabyte of braces", "{".repeat(1 << 20)],
  ["one long line in a field", { error: { message: "requests tokens model not ".repeat(50_000) } }],
  ["twenty thousand levels", deep],
  [
    "a hundred thousand fields",
    Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`code${i}`, "x"])),
  ],
  ["a hundred thousand items", Array.from({ length: 100_000 }, () => ({ message: "m" }))],
  ["null", null],
];
for (const [name, body] of hostile) {
  test(`a hostile body is judged like any other: ${name}`, () => {
    for (const provider of ["openai", "google", "minimax", "custom"])
      assertSound(classify(provider, { transport: "http", status: 400, headers: {}, body }, NOW));
  });
}
