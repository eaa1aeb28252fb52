// What several processes counted, as if one had. Pure.
import { formatModelRef } from "../../core/model-ref.ts";
import type { ModelCounts } from "../metrics/counts.ts";

export function sumCounts(counted: readonly ModelCounts[]): ModelCounts[] {
  const models = new Map<string, ModelCounts>();
  for (const counts of counted) {
    const name = formatModelRef(counts);
    const known = models.get(name);
    models.set(name, known ? added(known, counts) : counts);
  }
  return [...models.values()];
}

const added = (a: ModelCounts, b: ModelCounts): ModelCounts => ({
  provider: a.provider,
  model: a.model,
  ok: a.ok + b.ok,
  failed: a.failed + b.failed,
  aborted: a.aborted + b.aborted,
  cut: a.cut + b.cut,
  attemptsOk: a.attemptsOk + b.attemptsOk,
  attemptsFailed: addedByName(a.attemptsFailed, b.attemptsFailed),
  failovers: addedByName(a.failovers, b.failovers),
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  durations: a.durations.map((count, i) => count + b.durations[i]!),
  durationMs: a.durationMs + b.durationMs,
});

function addedByName(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): Map<string, number> {
  const sum = new Map(a);
  for (const [name, count] of b) sum.set(name, (sum.get(name) ?? 0) + count);
  return sum;
}
