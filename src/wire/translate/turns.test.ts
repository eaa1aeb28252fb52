// Turns of which nothing can be told: others' thoughts, blanks. What is left still alternates.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TRANSLATORS } from "./all.ts";

const request = TRANSLATORS["anthropic-messages"]!.client!.readRequest({
  max_tokens: 9,
  messages: [
    { role: "user", content: "One." },
    { role: "assistant", content: [{ type: "thinking", thinking: "hm", signature: "openclaw:elsewhere:x" }] },
    { role: "user", content: "Two." },
  ],
});
const bodyFor = (api: string): any =>
  TRANSLATORS[api]!.provider.writeRequest(request, { model: "anthropic.claude-x" }).body;

for (const [api, texts] of [
  [
    "anthropic-messages",
    (body: any) => body.messages.map((turn: any) => turn.content.map(({ text }: any) => text)),
  ],
  [
    "bedrock-converse-stream",
    (body: any) => body.messages.map((turn: any) => turn.content.map(({ text }: any) => text)),
  ],
  [
    "google-generative-ai",
    (body: any) => body.contents.map((turn: any) => turn.parts.map(({ text }: any) => text)),
  ],
] as const)
  test(`${api}: a turn without anything to tell leaves one turn of the user`, () => {
    assert.deepEqual(texts(bodyFor(api)), [["One.", "Two."]]);
  });
