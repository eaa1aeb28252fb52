// The wires that the gateway speaks to providers.
import type { JsonObject } from "../core/json.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { anthropicVertex } from "./anthropic-vertex.ts";
import { azureOpenaiResponses } from "./azure-openai-responses.ts";
import { bedrockConverseStream } from "./bedrock-converse-stream.ts";
import { cliBackend } from "./cli-backend.ts";
import { googleGenerativeAi, googleVertex } from "./google-generative-ai.ts";
import { ollama } from "./ollama.ts";
import { openaiCodexResponses } from "./openai-codex-responses.ts";
import { openaiCompletions } from "./openai-completions.ts";
import { openaiResponses } from "./openai-responses.ts";
import type { ProviderWire } from "./wire.ts";

export const WIRES: readonly ProviderWire[] = [
  openaiCompletions,
  openaiResponses,
  openaiCodexResponses,
  anthropicMessages,
  googleGenerativeAi,
  googleVertex,
  ollama,
  bedrockConverseStream,
  azureOpenaiResponses,
  anthropicVertex,
  cliBackend,
];

/** Whether a client's request goes to a provider as it is, but for the model. */
export const isNative = (client: string, provider: string, body: JsonObject): boolean => {
  if (client === provider) return true;
  const like = findWire(provider)?.like;
  return like?.api === client && like.fits(body);
};

/** `undefined`: calls of this protocol cannot be made. */
export const findWire = (api: string): ProviderWire | undefined => WIRES.find((wire) => wire.api === api);
