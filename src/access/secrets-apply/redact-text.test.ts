// Secrets out of texts: however they are written, the rest stays.
import assert from "node:assert/strict";
import { test } from "node:test";
import { REDACTED } from "../../config/redact.ts";
import { holds, redactedText, withoutSecrets } from "./redact-text.ts";

const LONG = 'fake-"quoted"-0123456789';

test("layout and comments stay; escapes of any kind are found", () => {
  assert.equal(
    redactedText(`{ // mine\n  a: ${JSON.stringify(LONG)}, b: 1 }`, [LONG]),
    `{ // mine\n  a: "${REDACTED}", b: 1 }`,
  );
  const escaped = String.raw`{"a": "\u0066ake-plain-0123456789", "b": [1]}`;
  const cleaned = redactedText(escaped, ["fake-plain-0123456789"]);
  assert.deepEqual(JSON.parse(cleaned!), { a: REDACTED, b: [1] });
});

test("a text without one is told apart; what is no document is searched all the same", () => {
  assert.equal(redactedText('{"a": 1}', [LONG]), undefined);
  assert.equal(redactedText("{ torn fake-plain-0123456789", ["fake-plain-0123456789"]), `{ torn ${REDACTED}`);
});

test("a short secret goes where it is a whole text, and breaks no other word", () => {
  assert.equal(redactedText('{"a": "pin1", "pin1x": 2}', ["pin1"]), `{"a": "${REDACTED}", "pin1x": 2}`);
  assert.deepEqual(withoutSecrets({ a: "pin1", b: "xpin1" }, ["pin1"]), { a: REDACTED, b: "xpin1" });
});

test("one that holds another goes as a whole", () => {
  const [short, long] = ["fake-0123456789", "fake-0123456789-and-more"];
  assert.deepEqual(withoutSecrets([long, `Bearer ${short}`], [short, long]), [
    REDACTED,
    `Bearer ${REDACTED}`,
  ]);
  assert.ok(holds({ deep: [{ text: `x${JSON.stringify(LONG)}` }] }, [LONG]));
});
