// The wires that the gateway speaks to providers.
import { anthropicMessages } from "./anthropic-messages.ts";
import { googleGenerativeAi, googleVertex } from "./google-generative-ai.ts";
import { ollama } from "./ollama.ts";
import { openaiCompletions } from "./openai-completions.ts";
import { openaiResponses } from "./openai-responses.ts";
import type { ProviderWire } from "./wire.ts";

export const WIRES: readonly ProviderWire[] = [
  openaiCompletions,
  openaiResponses,
  anthropicMessages,
  googleGenerativeAi,
  googleVertex,
  ollama,
];

/** `undefined`: calls of this protocol cannot be made. */
export const findWire = (api: string): ProviderWire | undefined => WIRES.find((wire) => wire.api === api);
