// How much a model thinks, in the words of OpenAI's protocols.
import type { Effort, ModelRequest } from "./neutral.ts";
import type { RequestTarget } from "./translator.ts";

/** Only models that reason take an effort. */
export function effortFor(
  { reasoning }: Pick<ModelRequest, "reasoning">,
  { reasoning: reasons }: RequestTarget,
): Effort | undefined {
  if (!reasoning || reasons === false) return undefined;
  const { effort, budgetTokens } = reasoning;
  // Who did not ask for thinking knows nothing of the model: all that reason take `low`, few take `none`.
  if (effort === "none" && budgetTokens === 0) return "low";
  return effort ?? effortForBudget(budgetTokens);
}

/** Thinking budgets of Anthropic's clients. */
function effortForBudget(tokens: number | undefined): "low" | "medium" | "high" | undefined {
  if (tokens === undefined) return undefined;
  if (tokens < 4096) return "low";
  return tokens < 16_384 ? "medium" : "high";
}

const EFFORTS: ReadonlySet<string> = new Set(["none", "minimal", "low", "medium", "high", "xhigh", "max"]);

export const isEffort = (text: string): text is Effort => EFFORTS.has(text);

export const EFFORT_RULE = `must be one of ${[...EFFORTS].join(", ")}`;
