// What one process remembers for all: which profile serves a conversation, who has tried wrong secrets, and what a model
// thought before it called a tool.
import type { ReasoningMemory } from "../../access/reasoning-memory.ts";
import { StickyProfiles } from "../../access/sticky.ts";
import type { AttemptLimits } from "../../core/failed-attempts.ts";
import { FailedAttempts } from "../../core/failed-attempts.ts";
import type { ProfileId } from "../../core/ids.ts";
import type { Memory, Remembered } from "./protocol.ts";

type Tell = (memory: Memory) => void;

/** A conversation that goes on is told anew: the others forget it when it is idle. */
const TELL_AGAIN_AFTER_MS = 5 * 60_000;

class SharedSticky extends StickyProfiles {
  readonly #tell: Tell;

  constructor(tell: Tell) {
    super();
    this.#tell = tell;
  }

  override set(session: string, profileId: ProfileId, at: number): void {
    const isNews = this.isNews(session, profileId, at - TELL_AGAIN_AFTER_MS);
    super.set(session, profileId, at);
    if (isNews) this.#tell({ kind: "sticky", session, profileId, at });
  }

  hear(session: string, profileId: ProfileId, at: number): void {
    super.set(session, profileId, at);
  }
}

class SharedAttempts extends FailedAttempts {
  readonly #tell: Tell;

  constructor(tell: Tell) {
    super();
    this.#tell = tell;
  }

  override failed(source: string, limits: AttemptLimits, at: number): void {
    super.failed(source, limits, at);
    this.#tell({ kind: "failed", source, limits, at });
  }

  override succeeded(source: string): void {
    if (!this.knows(source)) this.#tell({ kind: "succeeded", source });
    super.succeeded(source);
  }

  hear(memory: Memory & { kind: "failed" | "succeeded" }): void {
    if (memory.kind === "succeeded") super.succeeded(memory.source);
    else super.failed(memory.source, memory.limits, memory.at);
  }
}

export interface SharedMemory {
  readonly sticky: StickyProfiles;
  readonly attempts: FailedAttempts;
  hear(memory: Memory): void;
  /** For a worker that begins. */
  all(now: number): Remembered;
  /** In a worker that begins. */
  take(remembered: Remembered): void;
}

/** @param reasoning absent in the primary, which calls no model: those that do have it of each other */
export function sharedMemory(tell: Tell, reasoning?: ReasoningMemory): SharedMemory {
  const sticky = new SharedSticky(tell);
  const attempts = new SharedAttempts(tell);
  if (reasoning) reasoning.onKeep = (callId, parts) => tell({ kind: "reasoning", callId, parts });
  return {
    sticky,
    attempts,
    all: (now) => ({ sticky: sticky.known(now), attempts: attempts.all() }),
    take(remembered) {
      for (const [session, profileId, at] of remembered.sticky) sticky.hear(session, profileId, at);
      attempts.take(remembered.attempts);
    },
    hear(memory) {
      if (memory.kind === "sticky") sticky.hear(memory.session, memory.profileId, memory.at);
      else if (memory.kind === "reasoning") reasoning?.hear(memory.callId, memory.parts);
      else attempts.hear(memory);
    },
  };
}
