import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { writtenForms } from "./secret-forms.ts";
import { TextSearch } from "./text-search.ts";

const secret = fc.oneof(
  fc.string({ minLength: 10, maxLength: 60, unit: "grapheme" }),
  fc.string({ minLength: 10, maxLength: 60, unit: "binary-ascii" }),
  fc.stringMatching(/^sk-[A-Za-z0-9_/+=-]{8,40}$/),
);
const around = fc.string({ maxLength: 20 });

const WAYS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  json: (text) => JSON.stringify(text),
  "json in json": (text) => JSON.stringify(JSON.stringify({ text })),
  url: (text) => encodeURIComponent(text),
  form: (text) => new URLSearchParams({ text }).toString(),
  base64: (text) => Buffer.from(text).toString("base64"),
  base64url: (text) => Buffer.from(text).toString("base64url"),
  hex: (text) => Buffer.from(text).toString("hex"),
};

for (const [name, write] of Object.entries(WAYS))
  test(`a secret is found in ${name}, whatever stands around it`, () => {
    fc.assert(
      fc.property(secret, around, around, (value, before, after) => {
        const search = new TextSearch(writtenForms(value).map(({ text, form }) => ({ text, tag: form })));
        const written = Buffer.from(
          name === "plain" ? before + value + after : write(before + value + after),
        );
        assert.notEqual([...search.find(written)].length, 0);
      }),
    );
  });

test("each text stands once, under the plainest form that it is", () => {
  const forms = writtenForms("sk-fake-0123456789");
  assert.equal(new Set(forms.map(({ text }) => text)).size, forms.length);
  assert.deepEqual(
    forms.filter(({ text }) => text === "sk-fake-0123456789").map(({ form }) => form),
    ["plain"],
  );
  assert.deepEqual(
    writtenForms('a"b/c d')
      .filter(({ form }) => form === "url")
      .map(({ text }) => text),
    ["a%22b%2Fc%20d", "a%22b%2Fc+d", "a%22b%2fc%20d", "a%22b%2fc+d", "a%22b/c%20d"],
  );
});
