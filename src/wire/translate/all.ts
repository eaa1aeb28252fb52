// The protocols that can be translated, by the words of `models.providers.*.api`.
import { anthropicMessages } from "./anthropic-messages/translator.ts";
import { openaiCompletions } from "./openai-completions/translator.ts";
import type { Translator } from "./translator.ts";

export const TRANSLATORS: Readonly<Record<string, Translator>> = {
  "openai-completions": openaiCompletions,
  "anthropic-messages": anthropicMessages,
};
