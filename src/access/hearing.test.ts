// What an answer is found to be before anybody sees it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openaiCompletions as wire } from "../wire/openai-completions.ts";
import { Hearing } from "./hearing.ts";

const JSON_TYPE = { "content-type": "application/json" };
const EVENTS = { "content-type": "text/event-stream" };
const CONTENT = 'data: {"choices":[{"delta":{"content":"x"}}]}\n\n';
const heard = (status: number, headers: Record<string, string>, pieces: readonly string[], stream = true) => {
  const hearing = new Hearing({ wire, stream }, status, { ...headers }, () => 7);
  const verdicts = pieces.map((piece) => hearing.hear(Buffer.from(piece))?.kind);
  return { hearing, verdicts };
};

test("a stream is an answer with its first content, and what was held comes out once", () => {
  const { hearing, verdicts } = heard(200, EVENTS, ['data: {"choices":[]}\n\n', CONTENT]);
  assert.deepEqual(verdicts, [undefined, "answer"]);
  assert.equal(hearing.firstByteAt, 7);
  assert.equal(hearing.release().length, 2);
  assert.equal(hearing.release().length, 0);
});

test("an error inside a stream, and one with a status, are faults", () => {
  const inside = heard(200, EVENTS, ['data: {"error":{"message":"no"}}\n\n']);
  assert.deepEqual(inside.verdicts, ["fault"]);
  const outside = heard(429, JSON_TYPE, ['{"error":', '{"message":"slow"}}']);
  assert.deepEqual(outside.verdicts, [undefined, undefined]);
  const end = outside.hearing.end();
  assert.ok(end.kind === "fault" && end.fault.transport === "http" && end.fault.status === 429);
});

test("a stream that ends before its content is an answer only with its own end", () => {
  assert.equal(heard(200, EVENTS, ["data: [DONE]\n\n"]).hearing.end().kind, "answer");
  assert.equal(heard(200, EVENTS, [": nothing\n\n"]).hearing.end().kind, "fault");
  assert.equal(heard(200, EVENTS, []).hearing.end().kind, "fault");
});

test("an answer in one piece is told whole, and not when it was cut", () => {
  const whole = heard(200, JSON_TYPE, ['{"choices":', "[]}"]).hearing.end();
  assert.ok(whole.kind === "whole" && whole.body.toString() === '{"choices":[]}');
  assert.equal(heard(200, JSON_TYPE, ['{"choices":']).hearing.end().kind, "fault");
});

test("a stream that was asked for is one, unless the answer says otherwise", () => {
  assert.ok(heard(200, {}, []).hearing.framed);
  assert.ok(!heard(200, {}, [], false).hearing.framed);
  assert.ok(!heard(200, JSON_TYPE, []).hearing.framed);
});
