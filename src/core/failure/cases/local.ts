// Servers of models on one machine.
import type { Case } from "./case.ts";
import { error, http } from "./case.ts";

export const LOCAL_CASES: readonly Case[] = [
  [
    "not pulled",
    "ollama",
    http(404, { error: "model 'llama9' not found, try pulling it first" }),
    ["model_not_found", "model", false, undefined],
  ],
  [
    "busy",
    "ollama",
    http(503, { error: "server busy, please try again.  maximum pending requests exceeded" }),
    ["overloaded", "provider", false, undefined],
  ],
  [
    "nothing loaded",
    "lmstudio",
    http(
      400,
      error("No models loaded. Please load a model in the developer page.", {
        type: "invalid_request_error",
        code: "model_not_found",
      }),
    ),
    ["model_not_found", "model", false, undefined],
  ],
  [
    "overlong with newer wording",
    "vllm",
    http(
      400,
      error(
        "'max_tokens' or 'max_completion_tokens' is too large: 40000. This model's maximum context length is 8192 tokens and your request has 200 input tokens",
        { type: "BadRequestError", code: 400 },
      ),
    ),
    ["context_overflow", "request", false, undefined],
  ],
];
