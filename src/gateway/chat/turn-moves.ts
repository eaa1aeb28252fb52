// Tells listeners of a turn which models failed, and that another one than the wanted one answered.
import type { RunResult } from "../../access/run.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import { sameModelRef } from "../../core/model-ref.ts";
import { fallbackFacts, fallbackNotice, fallbackSteps } from "./fallback-steps.ts";
import type { TurnEvents } from "./turn-events.ts";

export function tellSteps(events: TurnEvents, models: readonly ModelRef[], result: RunResult): void {
  for (const step of fallbackSteps(models, result)) events.fallbackStep(step);
}

/** The notice comes once, when a conversation moves. @param before what answered before this turn */
export function tellMove(
  events: TurnEvents,
  selected: ModelRef,
  before: ModelRef | undefined,
  result: RunResult,
): void {
  if (result.kind !== "answered" || sameModelRef(result.attempt.ref, selected)) return;
  const active = result.attempt.ref;
  events.fellBack(fallbackFacts(selected, active, result));
  if (!before || !sameModelRef(before, active)) events.notice(fallbackNotice(selected, active, result));
}
