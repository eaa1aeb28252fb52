// Every grammar of a reference, and how long one that failed is left alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { SecretProvider } from "./secret-ref.ts";
import { aliasFault, mayAskAt, refFault, retryDelayMs } from "./secret-ref.ts";

type Source = "env" | "file" | "exec";
const faultOf = (source: Source, id: string) => refFault({ source, provider: "p", id });
const letters = (text: string, least: number, most: number) =>
  fc.string({ unit: fc.constantFrom(...text), minLength: least, maxLength: most });
const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const MIXED = `${UPPER}${UPPER.toLowerCase()}0123456789`;

const well: Readonly<Record<Source, fc.Arbitrary<string>>> = {
  env: fc.tuple(letters(UPPER, 1, 1), letters(`${UPPER}0123456789_`, 0, 127)).map((parts) => parts.join("")),
  file: fc.oneof(
    fc.constant("value"),
    fc
      .array(fc.string({ maxLength: 12 }), { minLength: 1, maxLength: 6 })
      .map((keys) => keys.map((key) => `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")),
  ),
  exec: fc
    .tuple(letters(MIXED, 1, 1), letters(`${MIXED}._:/#-`, 0, 255))
    .map((parts) => parts.join(""))
    .filter((id) => !id.split("/").some((part) => part === "." || part === "..")),
};

for (const source of ["env", "file", "exec"] as const)
  test(`every well-formed id of ${source} is taken`, () => {
    fc.assert(fc.property(well[source], (id) => faultOf(source, id) === undefined));
  });

test("nothing else is", () => {
  const refused: readonly (readonly [Source, string])[] = [
    ...["", "lower", "1A", "A-B", "A B", `A${"B".repeat(128)}`, "A\n", "_A"].map(
      (id) => ["env", id] as const,
    ),
    ...["", "relative/x", "/a~", "/a~2", "values", "Value", "value/x"].map((id) => ["file", id] as const),
    ...["", "/abs", "a/../b", "a/./b", "..", "a/..", "a b", "ä", "-a", `a${"b".repeat(256)}`, "a\n"].map(
      (id) => ["exec", id] as const,
    ),
  ];
  for (const [source, id] of refused) assert.notEqual(faultOf(source, id), undefined, `${source} ${id}`);
  for (const provider of ["", "Vault", "a b", "1a", "-", `a${"b".repeat(64)}`, "a\n"])
    assert.match(refFault({ source: "env", provider, id: "A" }) ?? "", /its provider/, provider);
  assert.equal(refFault({ source: "env", provider: `a-_9${"b".repeat(60)}`, id: "A" }), undefined);
  assert.notEqual(refFault({ source: "vault" as Source, provider: "p", id: "A" }), undefined);
  assert.notEqual(refFault({ source: "constructor" as Source, provider: "p", id: "A" }), undefined);
});

test("any text is judged, and quickly", () => {
  const source = fc.constantFrom<Source>("env", "file", "exec");
  fc.assert(
    fc.property(source, fc.string({ maxLength: 4000, unit: "binary" }), (from, id) => {
      faultOf(from, id);
    }),
  );
  assert.notEqual(faultOf("exec", `${"a/".repeat(50_000)}..`), undefined);
  assert.notEqual(faultOf("file", `${"/~".repeat(50_000)}`), undefined);
});

test("an alias must be there, usable, and of the same source", () => {
  const blocks = new Map<string, SecretProvider>([
    ["shell", { source: "env", allowlist: ["A_KEY"] }],
    ["broken", { source: "unusable", problem: "path must not be empty" }],
  ]);
  const fault = (source: Source, provider: string, id = "A_KEY") =>
    aliasFault({ source, provider, id }, blocks);
  assert.equal(fault("env", "default"), undefined);
  assert.equal(fault("env", "shell"), undefined);
  assert.match(fault("env", "shell", "B_KEY") ?? "", /allowlist/);
  assert.match(fault("file", "default") ?? "", /not defined/);
  assert.match(fault("file", "shell") ?? "", /of source env/);
  assert.match(fault("exec", "broken") ?? "", /path must not be empty/);
});

test("what fails is left alone longer and longer, up to five minutes", () => {
  assert.deepEqual([1, 2, 3].map(retryDelayMs), [5000, 10_000, 20_000]);
  fc.assert(fc.property(fc.integer({ min: 1, max: 1e9 }), (n) => retryDelayMs(n) <= 300_000));
});

test("a restart loop asks less and less", () => {
  const now = 1_800_000_000_000;
  const asked: number[] = [];
  // A start every second for an hour; each that may ask does.
  for (let at = now; at < now + 3_600_000; at += 1000) if (mayAskAt(asked, at) <= at) asked.push(at);
  assert.ok(asked.length < 60, `${asked.length} questions in an hour`);
  assert.deepEqual(
    asked.slice(0, 5).map((at) => at - now),
    [0, 1000, 2000, 3000, 4000],
    "the first few starts ask as they like",
  );
  assert.equal(mayAskAt([now + 5000], now), now, "a clock that was set back holds up nothing");
});
