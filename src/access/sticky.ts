// Which profile served a conversation last, so that the provider's prompt cache keeps working. Memory only.
import type { ProfileId } from "../core/ids.ts";

const IDLE_MS = 60 * 60_000;
const MOST_SESSIONS = 20_000;

/** A bounded map: an hour without use forgets a session, and so does a crowd of newer ones. */
export class StickyProfiles {
  readonly #sessions = new Map<string, { profileId: ProfileId; usedAt: number }>();

  get(session: string, now: number): ProfileId | undefined {
    const entry = this.#sessions.get(session);
    return entry && now - entry.usedAt < IDLE_MS ? entry.profileId : undefined;
  }

  /** Whether another profile serves a session now, or it was used last before `since`. */
  isNews(session: string, profileId: ProfileId, since: number): boolean {
    const entry = this.#sessions.get(session);
    return entry?.profileId !== profileId || entry.usedAt < since;
  }

  /** Those that are not forgotten, the one that was used last at the end. */
  known(now: number): [session: string, profileId: ProfileId, usedAt: number][] {
    return [...this.#sessions]
      .filter(([, { usedAt }]) => now - usedAt < IDLE_MS)
      .map(([session, { profileId, usedAt }]) => [session, profileId, usedAt]);
  }

  set(session: string, profileId: ProfileId, now: number): void {
    // Deleting first keeps the map in order of last use, so the oldest is always in front.
    this.#sessions.delete(session);
    this.#sessions.set(session, { profileId, usedAt: now });
    if (this.#sessions.size > MOST_SESSIONS) this.#sessions.delete(this.#sessions.keys().next().value!);
  }
}
