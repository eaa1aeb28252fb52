// What was changed, so that it can be taken back: the words that config, store and `models undo` share.

export type ChangeId = string;

/** Goes with a change that shall be remembered. */
export interface ChangeNote {
  /** shared by all that one command changes: one step of undo */
  readonly change: ChangeId;
  /** the command without its arguments, which may hold a secret */
  readonly because: string;
  /** the changes that this one takes back */
  readonly undoes?: readonly ChangeId[];
}

/** Former values are kept for this many changes and this long; each place counts its own. */
export const MOST_CHANGES = 20;
export const HISTORY_KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** Eight characters: few enough to type, and no two of twenty meet. */
export const newChangeId = (): ChangeId =>
  Array.from({ length: 8 }, () => Math.floor(Math.random() * 36).toString(36)).join("");

/**
 * When a change is said to have been made. Places that queue up, and clocks that step back, read the clock in
 * another order than they change things; taking back goes by this time, so it follows the order of the changes.
 *
 * @param newest when the last change of the same place was made
 */
export const changedAt = (now: number, newest = -Infinity): number => Math.max(now, newest + 1);

/** One remembered change as far as keeping it is concerned. */
interface Remembered {
  readonly change: ChangeId;
  /** ms since epoch */
  readonly at: number;
  /** how much it takes, in any unit */
  readonly size: number;
}

/** Changes to forget, given all of them, oldest first. Size alone never costs the newest. Pure. */
export function outdated(changes: readonly Remembered[], mostSize: number, now: number): Set<ChangeId> {
  let size = 0;
  const kept = changes.toReversed().filter((each, index) => {
    size += each.size;
    return now - each.at < HISTORY_KEPT_MS && (index === 0 || (index < MOST_CHANGES && size <= mostSize));
  });
  const ids = new Set(kept.map(({ change }) => change));
  return new Set(changes.map(({ change }) => change).filter((change) => !ids.has(change)));
}
