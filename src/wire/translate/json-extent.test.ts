// JSON in pieces, cut anywhere.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { JsonExtent } from "./json-extent.ts";

test("an object is closed behind its last letter, wherever it is cut", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.json()), fc.infiniteStream(fc.nat(5)), (value, sizes) => {
      const text = JSON.stringify(value);
      const extent = new JsonExtent();
      for (let at = 0; at < text.length;) {
        assert.ok(!extent.isClosed, `closed before ${at} of ${text}`);
        const end = at + Number(sizes.next().value);
        extent.read(text.slice(at, end));
        at = end;
      }
      assert.ok(extent.isClosed, text);
    }),
  );
});

test("an escape may be cut from what it escapes", () => {
  const extent = new JsonExtent();
  for (const piece of ['{"a":"\\', "", '"}', '"']) extent.read(piece);
  assert.ok(!extent.isClosed);
  extent.read("}");
  assert.ok(extent.isClosed);
});
