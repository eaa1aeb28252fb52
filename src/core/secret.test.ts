import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { maskSecret, Secret } from "./secret.ts";

test("a secret prints as [secret] however it is printed", () => {
  const secret = new Secret("sk-fake-0123456789");
  for (const text of [String(secret), JSON.stringify({ secret }), inspect({ secret }), `${secret}`]) {
    assert.doesNotMatch(text, /0123/);
    assert.match(text, /\[secret\]/);
  }
});

test("masks show four and four, and nothing of a short secret", () => {
  assert.deepEqual(["", "a", "x".repeat(23)].map(maskSecret), ["missing", "****", "****"]);
  assert.equal(maskSecret("abcd................wxyz"), "abcd...wxyz");
});

test("words of others lose the secret, in every writing", () => {
  const key = "Zq8v/Plain+Key=NoPrefix77Yx31WwQ2Lm5T";
  const secret = new Secret(key);
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const writings = [
    key,
    base64(key),
    base64(`Bearer ${key}`),
    base64(`k:${key}!`),
    Buffer.from(key).toString("hex"),
    encodeURIComponent(key),
    key.slice(0, 20),
    key.slice(-14),
    Buffer.from(key).toString("base64url"),
  ];
  for (const writing of writings) {
    const said = secret.hideIn(`Incorrect API key provided: ${writing}. Check it.`);
    assert.match(said, /^Incorrect API key provided: .*\[secret\].*Check it\.$/, writing);
    for (let i = 0; i + 12 <= key.length; i++) assert.ok(!said.includes(key.slice(i, i + 12)), writing);
  }
  assert.equal(secret.hideIn("Rate limit reached for gpt-5."), "Rate limit reached for gpt-5.");
});

test("property: text without the secret stays, text with it keeps no telling part", () => {
  const word = fc.string({
    unit: fc.constantFrom(..."abcdefghijKLMNOP0123456789_-"),
    minLength: 16,
    maxLength: 60,
  });
  fc.assert(
    fc.property(word, fc.string(), fc.string(), (key, before, after) => {
      const said = new Secret(key).hideIn(before + key + after);
      assert.ok(!said.includes(key));
    }),
  );
});

test("property: of text that shares parts with the secret, exactly the telling ones are hidden", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 12, maxLength: 30 });
  fc.assert(
    fc.property(letters, fc.nat(20), fc.nat(20), letters, (key, from, length, more) => {
      const text = more.slice(0, from) + key.slice(from, from + length) + more;
      const hidden = new Set<number>();
      for (let at = 0; at + 12 <= text.length; at++)
        if (key.includes(text.slice(at, at + 12))) for (let i = at; i < at + 12; i++) hidden.add(i);
      const kept = [...text].filter((_, i) => !hidden.has(i)).join("");
      assert.equal(new Secret(key).hideIn(text).replaceAll("[secret]", ""), kept);
    }),
    { numRuns: 2000 },
  );
});
