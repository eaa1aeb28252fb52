import assert from "node:assert/strict";
import { test } from "node:test";
import { formatStoreRow, parseStoreRow } from "./store-row.ts";

const good = { type: "api_key", provider: "openai", key: "sk-fake-1", copyToAgents: false } as const;

// fidelity spec §13
const entries: [string, unknown, unknown][] = [
  ["a credential with keys we do not know", good, good],
  ["null", null, undefined],
  ["a string", "sk-fake", undefined],
  ["a list", [good], undefined],
  ["no type", { provider: "openai", key: "sk-fake" }, undefined],
  ["an unknown type", { type: "aws-sdk", provider: "amazon-bedrock" }, undefined],
  ["no provider", { type: "api_key", key: "sk-fake" }, undefined],
  [
    "the older spelling",
    { provider: "openai", mode: "api_key", apiKey: "sk-fake" },
    { type: "api_key", provider: "openai", key: "sk-fake" },
  ],
  ["a mode beside a type is only a key", { ...good, mode: "x" }, { ...good, mode: "x" }],
  ["a key that is no string", { ...good, key: 7 }, { ...good, key: 7 }],
];
for (const [name, entry, credential] of entries) {
  test(`entry: ${name}`, () => {
    const row = parseStoreRow(
      JSON.stringify({ version: 1, profiles: { "openai:a": entry, "openai:b": good } }),
    );
    assert.deepEqual(row.credentials.get("openai:a"), credential);
    assert.deepEqual(row.credentials.get("openai:b"), good);
    assert.equal(row.warnings.length, credential ? 0 : 1);
    assert.match(row.warnings[0] ?? "openai:a", /openai:a/);
    assert.doesNotMatch(row.warnings.join(), /sk-fake/);
  });
}

test("what cannot be read stays in the row, as do keys of the document", () => {
  const document = { version: 1, other: [1], profiles: { bad: null, "a:1": good, odd: "x" }, last: 2 };
  const row = parseStoreRow(JSON.stringify(document));
  const changed = { ...good, key: "sk-fake-2" };
  const text = formatStoreRow(
    row,
    new Map([
      ["a:1", changed],
      ["b:2", good],
    ]),
  );
  const expected = { ...document, profiles: { bad: null, "a:1": changed, odd: "x", "b:2": good } };
  assert.equal(text, JSON.stringify(expected));
  const removed = formatStoreRow(
    parseStoreRow(text),
    new Map([
      ["bad", null],
      ["b:2", null],
    ]),
  );
  assert.equal(removed, JSON.stringify({ ...document, profiles: { "a:1": changed, odd: "x" } }));
});

for (const text of ["", "nope", "[]", '"x"', '{"version":1,"profiles":[]}', '{"profiles":"x"}']) {
  test(`a row that is ${text || "empty"} has a fault`, () => {
    const row = parseStoreRow(text);
    assert.ok(row.fault);
    assert.equal(row.credentials.size, 0);
    assert.equal(row.warnings.length, 1);
  });
}

test("a row without profiles is empty; another version is read with a warning", () => {
  assert.deepEqual(parseStoreRow('{"version":1}').warnings, []);
  const row = parseStoreRow(JSON.stringify({ version: 99, profiles: { "openai:a": good } }));
  assert.equal(row.credentials.size, 1);
  assert.match(row.warnings[0]!, /version 99/);
  assert.match(formatStoreRow(row, new Map([["openai:a", null]])), /"version":99/);
});
