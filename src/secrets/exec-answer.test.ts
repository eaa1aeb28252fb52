// What programs print, judged: the protocol, plain text, garbage. Facts: fidelity spec §8.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { judgeOutput } from "./exec-answer.ts";

const SECRET = "sk-fake-resolved-1234567890";
const answer = (more: object) => JSON.stringify({ protocolVersion: 1, ...more });
const judged = (output: string, { ids = ["k"], jsonOnly = true } = {}) =>
  [...judgeOutput(output, ids, jsonOnly)].map(([id, outcome]) => [
    id,
    "found" in outcome ? outcome.found.reveal() : `! ${outcome.problem}`,
  ]);

test("the protocol", () => {
  assert.deepEqual(judged(answer({ values: { k: SECRET, other: "x" } })), [["k", SECRET]]);
  assert.deepEqual(judged(answer({ values: { a: "1", b: "2" } }), { ids: ["b", "a"] }), [
    ["b", "2"],
    ["a", "1"],
  ]);
  const refused = answer({ values: { k: SECRET }, errors: { k: { message: "not found" } } });
  assert.deepEqual(judged(refused), [["k", "! it says: not found"]]);
});

const GARBAGE: readonly (readonly [string, RegExp])[] = [
  ["", /nothing/],
  [SECRET, /no JSON/],
  ["[]", /no JSON/],
  [JSON.stringify({ values: { k: SECRET } }), /protocolVersion/],
  [JSON.stringify({ protocolVersion: 2, values: { k: SECRET } }), /protocolVersion/],
  [answer({}), /no values/],
  [answer({ values: [] }), /no values/],
  [answer({ values: {} }), /leaves it out/],
  [answer({ values: { k: 5 } }), /no text/],
  [answer({ values: { k: " " } }), /no text/],
  [answer({ values: {}, errors: { k: "x" } }), /it refused/],
];
for (const [output, why] of GARBAGE)
  test(`no answer: ${output.slice(0, 50)}`, () => assert.match(judged(output)[0]![1]!, why));

test("an id that every object has is not found in one that has it not", () => {
  assert.match(judged(answer({ values: {} }), { ids: ["constructor"] })[0]![1]!, /leaves it out/);
});

test("plain text is an answer to a single question, where it is allowed", () => {
  const plain = { jsonOnly: false };
  assert.deepEqual(judged(`${SECRET}\n`, plain), [["k", SECRET]]);
  assert.deepEqual(judged("a\nb\n", plain), [["k", "a\nb"]]);
  assert.deepEqual(judged("123456\n", plain), [["k", "123456"]]);
  assert.deepEqual(judged(answer({ values: { k: SECRET } }), plain), [["k", SECRET]]);
  assert.match(judged('{"type":"service_account"}', plain)[0]![1]!, /protocolVersion/);
  assert.match(judged(SECRET, { jsonOnly: false, ids: ["k", "l"] })[0]![1]!, /no JSON/);
});

test("a refusal shows its words and nothing that may be a secret", () => {
  const says = (message: string) =>
    judged(answer({ values: {}, errors: { "a/b": { message } } }), { ids: ["a/b"] });
  assert.deepEqual(says("permission denied for a/b"), [["a/b", "! it says: permission denied for a/b"]]);
  for (const leak of [SECRET, "hvs.CAESIJ-fake-token-of-vault", "0123456789abcdef", "a".repeat(64)])
    assert.ok(!says(`token ${leak} has no access`)[0]![1]!.includes(leak), leak);
  assert.ok(says("x ".repeat(10_000))[0]![1]!.length < 300);
});

test("whatever is printed, each id has one outcome, and no problem holds what was printed", () => {
  const output = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc.jsonValue().map((values) => answer({ values, errors: values })),
  );
  fc.assert(
    fc.property(output, fc.boolean(), (text, jsonOnly) => {
      const marked = `${text}${SECRET}`;
      for (const outcome of judgeOutput(marked, ["a", "b"], jsonOnly).values())
        assert.ok("found" in outcome || !outcome.problem.includes(SECRET));
      assert.equal(judgeOutput(text, ["a", "b"], jsonOnly).size, 2);
    }),
  );
});
