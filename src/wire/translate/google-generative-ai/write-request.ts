// A generateContent request. Facts: the public Gemini API reference.
import type { JsonObject } from "../../../core/json.ts";
import { defined } from "../fields.ts";
import { Losses } from "../losses.ts";
import type { Effort, ModelRequest } from "../neutral.ts";
import { withoutDialect } from "../schemas.ts";
import type { RequestTarget, WrittenRequest } from "../translator.ts";
import { contentsOf } from "./write-content.ts";

export function writeRequest(request: ModelRequest, target: RequestTarget): WrittenRequest {
  const losses = new Losses(request);
  losses.drop("user", request.user);
  losses.drop("prompt_cache_key", request.cacheKey);
  losses.drop("parallel_tool_calls", request.parallelTools === false ? true : undefined);
  losses.drop("verbosity", request.verbosity);
  losses.drop("tools.strict", request.tools.some(({ strict }) => strict) || undefined);
  const system = request.system.flatMap(({ text }) => (text === "" ? [] : [{ text }]));
  const body = defined({
    systemInstruction: system.length > 0 ? { parts: system } : undefined,
    contents: contentsOf(request.messages, losses),
    ...toolFields(request),
    generationConfig: generationConfig(request, target),
  });
  return { body, dropped: losses.names };
}

function toolFields({ tools, toolChoice }: ModelRequest): JsonObject {
  if (tools.length === 0) return {};
  const functionDeclarations = tools.map(({ name, description, schema }) =>
    defined({ name, description, parametersJsonSchema: withoutDialect(schema) }),
  );
  return defined({
    tools: [{ functionDeclarations }],
    toolConfig: toolChoice === undefined ? undefined : { functionCallingConfig: callingConfig(toolChoice) },
  });
}

function callingConfig(choice: NonNullable<ModelRequest["toolChoice"]>): JsonObject {
  if (typeof choice === "object") return { mode: "ANY", allowedFunctionNames: [choice.name] };
  return { mode: { auto: "AUTO", none: "NONE", required: "ANY" }[choice] };
}

function generationConfig(request: ModelRequest, target: RequestTarget): JsonObject | undefined {
  const { format } = request;
  const config = defined({
    maxOutputTokens: request.maxTokens,
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    seed: request.seed,
    presencePenalty: request.presencePenalty,
    frequencyPenalty: request.frequencyPenalty,
    stopSequences: request.stop.length > 0 ? request.stop : undefined,
    responseMimeType: format ? "application/json" : undefined,
    responseJsonSchema: format?.kind === "schema" ? withoutDialect(format.schema) : undefined,
    thinkingConfig: thinkingConfig(request, target),
  });
  return Object.keys(config).length === 0 ? undefined : config;
}

/** Tokens; the model's own limits have the last word. */
const BUDGETS: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 512,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 24_576,
};

function thinkingConfig({ reasoning }: ModelRequest, target: RequestTarget): JsonObject | undefined {
  if (!reasoning || target.reasoning === false) return undefined;
  const { effort, budgetTokens } = reasoning;
  // Some models refuse not to think: they are told so only by who asked for it.
  if (effort === "none") return budgetTokens === 0 ? undefined : { thinkingBudget: 0 };
  return defined({ includeThoughts: true, thinkingBudget: budgetTokens ?? (effort && BUDGETS[effort]) });
}
