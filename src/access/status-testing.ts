// `auth.testing` of the status report: profiles whose bar has ended, and of which no answer has proved yet that it
// was right to end. The next call tests them.
import { isRunning, onTrial, WHOLE_PROFILE } from "../core/health.ts";
import type { ReadView } from "./read-view.ts";
import type { TestingRow } from "./status-report.ts";

/** One row for the profile, or one for each model where only models were barred. */
export function testingRows({ stored, snapshot }: ReadView, now: number): TestingRow[] {
  return stored.flatMap(({ id, credential }) => {
    const health = snapshot.health.get(id);
    if (!health || health.bars.length === 0) return [];
    const whole = health.bars.filter((bar) => bar.scope === WHOLE_PROFILE);
    if (whole.some((bar) => isRunning(bar, now))) return [];
    const widest = onTrial(health, WHOLE_PROFILE, now);
    const bars = widest ? [widest] : health.bars.filter((bar) => !isRunning(bar, now));
    return bars.map(({ scope, reason, until }) => ({
      profileId: id,
      provider: credential.provider,
      reason,
      ...(scope === WHOLE_PROFILE ? {} : { model: scope }),
      endedAt: until,
    }));
  });
}
