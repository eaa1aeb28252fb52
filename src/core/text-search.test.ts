import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { TextSearch } from "./text-search.ts";

/** Few letters, so that texts overlap, repeat and contain each other. */
const word = fc.string({ unit: fc.constantFrom("a", "b", "-"), minLength: 8, maxLength: 24 });
const long = fc.string({ unit: fc.constantFrom("a", "b", "-"), maxLength: 400 });

const key = ({ tag, at }: { tag: string; at: number }) => `${at} ${tag}`;

function slowly(words: readonly string[], text: string): string[] {
  return words
    .flatMap((tag) => Array.from({ length: text.length }, (_, at) => ({ tag, at })))
    .filter(({ tag, at }) => text.startsWith(tag, at))
    .map(key)
    .toSorted();
}

describe("many texts at once", () => {
  test("are found where a search for each of them finds it", () => {
    fc.assert(
      fc.property(fc.uniqueArray(word, { maxLength: 30 }), long, (words, text) => {
        const search = new TextSearch(words.map((tag) => ({ text: tag, tag })));
        assert.deepEqual([...search.find(Buffer.from(text))].map(key).toSorted(), slowly(words, text));
      }),
    );
  });

  test("are found once when the bytes come in pieces", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { minLength: 1, maxLength: 10 }),
        long,
        fc.integer({ min: 1, max: 50 }),
        (words, text, size) => {
          const search = new TextSearch(words.map((tag) => ({ text: tag, tag })));
          const found: string[] = [];
          let kept = Buffer.alloc(0);
          for (let from = 0; from < text.length; from += size) {
            const piece = Buffer.concat([kept, Buffer.from(text.slice(from, from + size))]);
            for (const { tag, at } of search.find(piece, piece.length, kept.length))
              found.push(key({ tag, at: from - kept.length + at }));
            kept = Buffer.from(piece.subarray(Math.max(0, piece.length - search.longest + 1)));
          }
          assert.deepEqual(found.toSorted(), slowly(words, text));
        },
      ),
    );
  });

  test("of fewer than eight bytes are not sought", () => {
    const search = new TextSearch([{ text: "1234567", tag: "short" }]);
    assert.deepEqual([...search.find(Buffer.from("x1234567x"))], []);
    assert.equal(search.longest, 0);
  });
});
