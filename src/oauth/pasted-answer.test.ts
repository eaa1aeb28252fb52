import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parsePasted } from "./pasted-answer.ts";

const read = (text: string) => {
  const pasted = parsePasted(text);
  return pasted && { ...Object.fromEntries(pasted.params), bare: pasted.bare };
};

test("every form in which a browser's answer is pasted", () => {
  const both = { code: "c0de", state: "st4te", bare: false };
  assert.deepEqual(read("http://localhost:1455/auth/callback?code=c0de&state=st4te"), both);
  assert.deepEqual(read("  'http://localhost:1455/auth/callback?code=c0de&state=st4te'\n"), both);
  assert.deepEqual(read("http://localhost:1455/auth/callback#code=c0de&state=st4te"), both);
  assert.deepEqual(read("localhost:1455/auth/callback?code=c0de&state=st4te"), both);
  assert.deepEqual(read("code=c0de&state=st4te"), both);
  assert.deepEqual(read("?state=st4te&code=c0de"), both);
  assert.deepEqual(read("c0de#st4te"), both);
  assert.deepEqual(read("c0de&state=st4te"), both);
  assert.deepEqual(read("error=access_denied"), { error: "access_denied", bare: true });
  assert.deepEqual(read("c0de"), { code: "c0de", bare: true });
  assert.deepEqual(read("code=c0de"), { code: "c0de", bare: true });
  assert.deepEqual(read("4%2F0Ab-c_d"), { code: "4/0Ab-c_d", bare: true });
  assert.deepEqual(read("http://localhost/cb?error=access_denied"), { error: "access_denied", bare: false });
});

test("what holds no answer is none", () => {
  for (const text of [
    "",
    "  ",
    "two words",
    "https://auth.example/authorize?client_id=x",
    "c\u0000de",
    "x".repeat(20_000),
  ])
    assert.equal(parsePasted(text), undefined, text.slice(0, 40));
});

test("property: no paste throws", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      parsePasted(text);
      parsePasted(`http://localhost/?code=${text}`);
    }),
  );
});
