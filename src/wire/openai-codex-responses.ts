// Responses as ChatGPT's backend takes them: nothing is stored, and every answer is a stream.
// Facts: providers.json, "openai-codex".
import type { JsonObject } from "../core/json.ts";
import { openaiResponses } from "./openai-responses.ts";
import type { ProviderWire } from "./wire.ts";
import { PING } from "./wire.ts";

export const openaiCodexResponses: ProviderWire = {
  ...openaiResponses,
  api: "openai-codex-responses",
  endpoint: "/codex/responses",
  headers: { "openai-beta": "responses=experimental", originator: "openclaw" },
  forwarded: ["openai-beta", "originator", "session_id", "conversation_id", "version"],
  like: { api: "openai-responses", fits },
  alwaysStreams: true,
  ping: (model) => ({
    model,
    instructions: "Be brief.",
    input: [{ type: "message", role: "user", content: [{ type: "input_text", text: PING }] }],
    stream: true,
    store: false,
  }),
};

/** A request as Codex makes it; any other is told anew. */
function fits(body: JsonObject): boolean {
  return (
    body["stream"] === true &&
    body["store"] === false &&
    typeof body["instructions"] === "string" &&
    Array.isArray(body["input"]) &&
    REFUSED.every((field) => body[field] === undefined || body[field] === null)
  );
}

/** Fields that this backend refuses. */
export const REFUSED = [
  "max_output_tokens",
  "temperature",
  "top_p",
  "user",
  "metadata",
  "previous_response_id",
];
