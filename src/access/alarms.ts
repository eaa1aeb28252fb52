// Alarms that hardly ever ring: the deadlines of calls in flight. All share one timer of Node's, since setting
// and clearing one each would be among the dearest things that a call does here.

/** How late an alarm may ring, ms. */
const PRECISION_MS = 250;

export class Alarm {
  readonly at: number;
  readonly ring: () => void;

  constructor(at: number, ring: () => void) {
    this.at = at;
    this.ring = ring;
  }
}

const waiting = new Set<Alarm>();
let ticking: NodeJS.Timeout | undefined;

/** Calls `ring` once, `ms` from now or up to `PRECISION_MS` later. */
export function setAlarm(ring: () => void, ms: number): Alarm {
  const alarm = new Alarm(performance.now() + ms, ring);
  waiting.add(alarm);
  ticking ??= setInterval(ringDue, PRECISION_MS).unref();
  return alarm;
}

export function clearAlarm(alarm: Alarm | undefined): void {
  if (alarm) waiting.delete(alarm);
}

function ringDue(): void {
  const now = performance.now();
  for (const alarm of waiting) {
    if (alarm.at > now) continue;
    waiting.delete(alarm);
    alarm.ring();
  }
  if (waiting.size > 0) return;
  clearInterval(ticking);
  ticking = undefined;
}
