// Which session of a program goes on which conversation of ours. In memory: after a restart a conversation is told to
// the program anew, from its beginning.
import { hash } from "node:crypto";
import type { Message } from "../../wire/translate/neutral.ts";

interface Bound {
  /** the program's own id of it */
  readonly id: string;
  /** how many messages the program was told */
  readonly told: number;
  /** of these messages, and of all else that must not change meanwhile */
  readonly digest: string;
}

export interface GoingOn {
  readonly id: string;
  /** what was said since the program answered */
  readonly since: readonly Message[];
}

const MOST = 2000;

export class CliSessions {
  readonly #bound = new Map<string, Bound>();

  /**
   * Nothing when the program must be told from the beginning: there is no session, or the conversation is another one
   * than it knows.
   *
   * @param frame whose login it is, and what the system says
   */
  goingOn(key: string, frame: string, messages: readonly Message[]): GoingOn | undefined {
    const bound = this.#bound.get(key);
    if (!bound || messages[bound.told]?.role !== "assistant") return undefined;
    if (digestOf(frame, messages.slice(0, bound.told)) !== bound.digest) return undefined;
    const since = messages.slice(bound.told + 1);
    return since.length > 0 && since.every(({ role }) => role === "user")
      ? { id: bound.id, since }
      : undefined;
  }

  /** The program has answered `messages`. */
  bind(key: string, id: string, frame: string, messages: readonly Message[]): void {
    this.#bound.delete(key);
    this.#bound.set(key, { id, told: messages.length, digest: digestOf(frame, messages) });
    if (this.#bound.size > MOST) this.#bound.delete(this.#bound.keys().next().value!);
  }

  /** What the program has of it is not what was answered. */
  drop(key: string): void {
    this.#bound.delete(key);
  }
}

/** What the assistant said is the program's own: clients tell it with other spaces, or shortened. */
const digestOf = (frame: string, messages: readonly Message[]): string =>
  hash("sha256", JSON.stringify([frame, messages.filter(({ role }) => role === "user")]), "base64url");
