import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SecretHider } from "./secret-hider.ts";
import { Secret } from "./secret.ts";

const KEY = new Secret('fake-0123456789/+="&');
const OTHER = new Secret("another-fake-secret");

const WAYS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  JSON: (text) => JSON.stringify({ text }),
  "JSON in JSON": (text) => JSON.stringify(JSON.stringify(text)),
  "an address": (text) => `?key=${encodeURIComponent(text)}&x=1`,
  base64: (text) => Buffer.from(text).toString("base64"),
  base64url: (text) => Buffer.from(`key:${text}`).toString("base64url"),
  hex: (text) => Buffer.from(text).toString("hex"),
};

describe("words for a sink", () => {
  for (const [name, write] of Object.entries(WAYS))
    test(`have no known secret in ${name}`, () => {
      const text = `It said ${write(KEY.reveal())} and ${write(OTHER.reveal())}, é.`;
      const hidden = new SecretHider().hide(text, [KEY, OTHER]);
      assert.ok(!hidden.includes(write(KEY.reveal())), hidden);
      assert.ok(!hidden.includes(write(OTHER.reveal())), hidden);
      assert.match(hidden, /^It said .*\[secret\].* and .*\[secret\].*, é\.$/);
    });

  test("stay as they are without one", () => {
    const hider = new SecretHider();
    assert.equal(hider.hide("Nothing here: é, 漢字.", [KEY]), "Nothing here: é, 漢字.");
    assert.equal(hider.hide("Nothing is known.", []), "Nothing is known.");
  });

  test("lose secrets that come later, overlap or repeat", () => {
    const hider = new SecretHider();
    hider.hide("Nothing yet.", [KEY]);
    const long = new Secret("another-fake-secret-that-is-longer");
    const text = `${long.reveal()} ${OTHER.reveal()} ${OTHER.reveal()}`;
    assert.equal(hider.hide(text, [KEY, OTHER, long]), "[secret] [secret] [secret]");
  });

  test("lose what only looks like a secret", () => {
    const key = `ock_${"fake".repeat(10)}xyz`;
    assert.equal(new SecretHider().hide(`The key ${key} came.`, []), "The key [secret] came.");
  });
});
