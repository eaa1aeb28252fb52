// Thoughts that a client has no seat for are put back; those that it gave back itself are not told twice.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AssistantPart, ModelRequest } from "../wire/translate/neutral.ts";
import { ReasoningMemory } from "./reasoning-memory.ts";

const THOUGHT: AssistantPart = {
  kind: "thinking",
  text: "Both.",
  signature: { api: "anthropic-messages", value: "fake" },
};
const call = (id: string): AssistantPart => ({ kind: "tool_call", id, name: "look", arguments: "{}" });
const SAID: AssistantPart = { kind: "text", text: "Let me look." };

/** @param turns what the assistant said, each in a message of its own */
function restored(...turns: readonly (readonly AssistantPart[])[]): readonly AssistantPart[] {
  const memory = new ReasoningMemory();
  memory.keep("call_1", [THOUGHT as Extract<AssistantPart, { kind: "thinking" }>]);
  const messages = turns.map((parts) => ({ role: "assistant" as const, parts }));
  const request: ModelRequest = {
    stream: false,
    system: [],
    messages,
    tools: [],
    stop: [],
    wantsUsage: false,
    dropped: [],
  };
  return memory.restored(request).messages.flatMap(({ parts }) => parts as readonly AssistantPart[]);
}

test("thoughts that the client lost stand before what they led to", () => {
  assert.deepEqual(restored([SAID, call("call_1"), call("call_2")]), [
    THOUGHT,
    SAID,
    call("call_1"),
    call("call_2"),
  ]);
});

test("words that the client kept of them, without their proof, give way", () => {
  const kept: AssistantPart = { kind: "thinking", text: "th." };
  assert.deepEqual(restored([kept, SAID, call("call_1")]), [THOUGHT, SAID, call("call_1")]);
});

test("thoughts that the client gives back are there once, also where each part is an item of its own", () => {
  const all = [THOUGHT, SAID, call("call_1"), call("call_2")];
  assert.deepEqual(restored(all), all);
  assert.deepEqual(restored(...all.map((part) => [part])), all);
});
