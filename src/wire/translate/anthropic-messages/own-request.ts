// A request of this protocol's own client, made to think as hard as somebody else says.
import type { JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import { Losses } from "../losses.ts";
import type { Effort } from "../neutral.ts";
import type { RequestTarget } from "../translator.ts";
import { readRequest } from "./read-request.ts";
import { capOf, thinkingOf } from "./write-request.ts";

/** As it is where its model cannot think. @throws AccessError `bad_input` */
export function thinkingHard(body: JsonObject, effort: Effort, target: RequestTarget): JsonObject {
  const request = { ...readRequest(body), reasoning: { effort } };
  const thinking = thinkingOf(request, target, new Losses(request));
  if (!thinking) return body;
  // Thinking allows no other sampling than the usual.
  const { temperature: _temperature, top_p: _topP, top_k: _topK, ...rest } = body;
  const config = isObject(body["output_config"]) ? body["output_config"] : {};
  return {
    ...rest,
    max_tokens: capOf(request, target, thinking.budget),
    thinking: thinking.field,
    ...(thinking.effort === undefined ? {} : { output_config: { ...config, effort: thinking.effort } }),
  };
}
