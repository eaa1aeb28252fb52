// The protocols that can be translated, by the words of `models.providers.*.api`.
import { anthropicMessages } from "./anthropic-messages/translator.ts";
import { anthropicVertex } from "./anthropic-vertex/translator.ts";
import { bedrockConverseStream } from "./bedrock-converse-stream/translator.ts";
import { cliBackend } from "./cli-backend/translator.ts";
import { googleGenerativeAi } from "./google-generative-ai/translator.ts";
import { ollama } from "./ollama/translator.ts";
import { openaiCodexResponses } from "./openai-codex-responses/translator.ts";
import { openaiCompletions } from "./openai-completions/translator.ts";
import { openaiResponses } from "./openai-responses/translator.ts";
import type { Translator } from "./translator.ts";

export const TRANSLATORS: Readonly<Record<string, Translator>> = {
  "openai-completions": openaiCompletions,
  "openai-responses": openaiResponses,
  "openai-codex-responses": openaiCodexResponses,
  "anthropic-messages": anthropicMessages,
  "google-generative-ai": googleGenerativeAi,
  "google-vertex": googleGenerativeAi,
  ollama,
  "bedrock-converse-stream": bedrockConverseStream,
  "azure-openai-responses": { provider: openaiResponses.provider },
  "anthropic-vertex": anthropicVertex,
  "cli-backend": cliBackend,
};
