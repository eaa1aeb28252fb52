// The wires that the gateway speaks.
import { anthropicMessages } from "./anthropic-messages.ts";
import { openaiCompletions } from "./openai-completions.ts";
import { openaiResponses } from "./openai-responses.ts";
import type { Wire } from "./wire.ts";

export const WIRES: readonly Wire[] = [openaiCompletions, openaiResponses, anthropicMessages];
