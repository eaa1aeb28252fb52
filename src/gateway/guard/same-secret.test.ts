import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Secret } from "../../core/secret.ts";
import { isSameSecret } from "./same-secret.ts";

const anyText = fc.string({ unit: "grapheme", maxLength: 600 });

test("a secret is itself, whatever was compared before, and nothing else is", () => {
  fc.assert(
    fc.property(anyText, fc.array(anyText), (text, others) => {
      const secret = new Secret(text);
      for (const other of [...others, text, `${text}\0`, text.slice(1), `${text}x`, text.toUpperCase(), text])
        assert.equal(isSameSecret(other, secret), other === text);
    }),
  );
});
