// OpenAI's responses as Azure serves them: the same bytes, at a resource's own address.
import { openaiResponses } from "./openai-responses.ts";
import type { ProviderWire } from "./wire.ts";

export const azureOpenaiResponses: ProviderWire = {
  ...openaiResponses,
  api: "azure-openai-responses",
  like: { api: "openai-responses", fits: () => true },
};
