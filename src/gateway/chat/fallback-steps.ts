// What a turn's events say of models that failed, and of the one that took over (gateway spec §4, "fallback_step").
import type { RunResult } from "../../access/run.ts";
import type { FailureKind } from "../../core/failure/failure.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import { formatModelRef } from "../../core/model-ref.ts";

type Facts = Readonly<Record<string, unknown>>;

/** One for each model that failed, and one for the model that answered in its place. */
export function fallbackSteps(models: readonly ModelRef[], result: RunResult): Facts[] {
  const failed = models.map(formatModelRef).flatMap((model, position) => {
    const last = result.attempts.findLast((attempt) => attempt.model === model && attempt.outcome !== "ok");
    return last ? [{ model, position, last }] : [];
  });
  const served = result.kind === "answered" ? formatModelRef(result.attempt.ref) : undefined;
  const steps = failed
    .filter(({ model }) => model !== served)
    .map(({ model, position, last }, i, all) => {
      const to = all[i + 1]?.model ?? served;
      return {
        fallbackStepFromModel: model,
        ...(to === undefined ? {} : { fallbackStepToModel: to }),
        fallbackStepFromFailureReason: last.kind ?? "unknown",
        ...(last.message === undefined ? {} : { fallbackStepFromFailureDetail: last.message }),
        fallbackStepChainPosition: position + 1,
        fallbackStepFinalOutcome: to === undefined ? "chain_exhausted" : "next_fallback",
      };
    });
  const last = steps.at(-1);
  return last && served !== undefined
    ? [...steps, { ...last, fallbackStepFinalOutcome: "succeeded" }]
    : steps;
}

/** Why the model that was wanted did not answer. */
export const fallbackReason = (wanted: ModelRef, { attempts }: RunResult): FailureKind | "unavailable" =>
  attempts.find(({ model, kind }) => kind !== undefined && model === formatModelRef(wanted))?.kind ??
  "unavailable";

export const fallbackFacts = (selected: ModelRef, active: ModelRef, result: RunResult): Facts => ({
  selectedProvider: selected.provider,
  selectedModel: selected.model,
  activeProvider: active.provider,
  activeModel: active.model,
  reasonSummary: fallbackReason(selected, result),
  attempts: result.attempts.map(({ model, profileId, outcome, kind }) => ({
    model,
    profileId,
    outcome,
    kind,
  })),
});

export const fallbackNotice = (selected: ModelRef, active: ModelRef, result: RunResult): string =>
  `↪️ Model Fallback: ${formatModelRef(active)} (selected ${formatModelRef(selected)}; ${fallbackReason(selected, result)})`;

const KINDS: Readonly<Partial<Record<FailureKind, string>>> = {
  rate_limit: "rate_limit",
  timeout: "timeout",
  context_overflow: "context_length",
};

/** The kinds that clients know. */
export const errorKindOf = (kind: FailureKind | undefined): string => (kind && KINDS[kind]) ?? "unknown";
