// Responses as ChatGPT's backend takes them.
import type { ModelRequest } from "../neutral.ts";
import { Losses } from "../losses.ts";
import { openaiResponses } from "../openai-responses/translator.ts";
import type { RequestTarget, Translator, WrittenRequest } from "../translator.ts";

/** It wants instructions, whatever they are. */
const USUAL_INSTRUCTIONS = "You are a helpful assistant.";

function writeRequest(request: ModelRequest, target: RequestTarget): WrittenRequest {
  const losses = new Losses(request);
  losses.drop("max_tokens", request.maxTokens);
  losses.drop("temperature", request.temperature);
  losses.drop("top_p", request.topP);
  losses.drop("user", request.user);
  const { maxTokens: _cap, temperature: _heat, topP: _p, user: _user, ...rest } = request;
  const written = openaiResponses.provider.writeRequest(
    { ...rest, stream: true, dropped: losses.names },
    target,
  );
  return { ...written, body: { instructions: USUAL_INSTRUCTIONS, ...written.body } };
}

export const openaiCodexResponses: Translator = { provider: { ...openaiResponses.provider, writeRequest } };
