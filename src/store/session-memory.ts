// What this process saw last of conversations that are kept elsewhere. Others may have changed them since: it is enough to
// decide by, where the change itself is checked.
import type { ChatMessage, Session } from "../core/session.ts";

export interface Seen {
  readonly session: Session | undefined;
  /** the newest `limit` rows of its transcript */
  readonly rows: readonly ChatMessage[];
  /** 0: they are not known, or too much to hold */
  readonly limit: number;
}

const MOST_SESSIONS = 1000;
/** of one transcript; a longer one is read whenever it is wanted */
const MOST_CHARACTERS = 256 * 1024;
const MOST_CHARACTERS_OF_ALL = 8 * 1024 * 1024;

/** The least recently seen go first. */
export class SessionMemory {
  readonly #seen = new Map<string, Seen & { readonly characters: number }>();
  #characters = 0;

  get(name: string): Seen | undefined {
    return this.#seen.get(name);
  }

  set(name: string, { session, rows, limit }: Seen): void {
    this.forget(name);
    const size = charactersOf(rows);
    const isHeld = size <= MOST_CHARACTERS;
    const characters = isHeld ? size : 0;
    this.#seen.set(
      name,
      isHeld ? { session, rows, limit, characters } : { session, rows: [], limit: 0, characters },
    );
    this.#characters += characters;
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= MOST_SESSIONS && this.#characters <= MOST_CHARACTERS_OF_ALL) break;
      this.forget(oldest);
    }
  }

  forget(name: string): void {
    this.#characters -= this.#seen.get(name)?.characters ?? 0;
    this.#seen.delete(name);
  }
}

function charactersOf(rows: readonly ChatMessage[]): number {
  let sum = 0;
  for (const { content } of rows)
    for (const part of content) sum += part.type === "text" ? part.text.length : part.data.length;
  return sum;
}
