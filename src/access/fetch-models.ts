// One question for a model list, and what came of it.
import type { ModelFacts } from "../core/catalog.ts";
import { parseModelList } from "../providers/model-list-answer.ts";
import type { JsonCall, JsonFault } from "./fetch-json.ts";
import { fetchJson } from "./fetch-json.ts";

export type ListCall = JsonCall;
export type ListAnswer = { readonly models: readonly ModelFacts[] } | JsonFault;

/** Never rejects. */
export async function fetchModelList(call: ListCall): Promise<ListAnswer> {
  const answer = await fetchJson(call);
  if ("failed" in answer) return answer;
  const models = parseModelList(answer.value);
  return models ? { models } : { failed: "answered with something that is no list of models" };
}
