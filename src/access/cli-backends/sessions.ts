// Which session of a program goes on which conversation of ours. What a stored conversation holds is kept with it, and
// read from there after a restart; of others it is known as long as the process lives, and they are then told anew.
import { hash } from "node:crypto";
import { isObject } from "../../core/json.ts";
import type { ProgramChanges, ProgramSession, ProgramSessions } from "../../core/session.ts";
import type { Message } from "../../wire/translate/neutral.ts";

/** A conversation that a program may go on with. */
export interface Talk {
  /** unlike any other of all callers */
  readonly name: string;
  /** as the stored conversation has them */
  readonly programs?: ProgramSessions | undefined;
}

export interface GoingOn {
  readonly id: string;
  /** what was said since the program answered */
  readonly since: readonly Message[];
}

const MOST = 2000;

/** What is known of a conversation here: a worker beside this one may know more of it, which is stored then. */
interface Known {
  readonly programs: Readonly<Record<string, ProgramSession>>;
  /** Their sessions as they were lost; a stored one that is another is none of these. */
  readonly lost: Readonly<Record<string, ProgramSession | undefined>>;
  /** by program, what was not kept yet; `null`: its session is gone */
  readonly changes: ProgramChanges;
}

const NOTHING: Known = { programs: {}, lost: {}, changes: {} };

export class CliSessions {
  readonly #known = new Map<string, Known>();

  /**
   * Nothing when the program must be told from the beginning: there is no session, or the conversation is another one
   * than it knows.
   *
   * @param frame whose login it is, and what the system says
   */
  goingOn(talk: Talk, program: string, frame: string, messages: readonly Message[]): GoingOn | undefined {
    const last = messages.findLastIndex(({ role }) => role === "assistant");
    if (last === -1 || last === messages.length - 1) return undefined;
    const digest = digestOf(frame, messages.slice(0, last));
    const bound = this.#of(talk, program).find((each) => each.digest === digest);
    return bound && { id: bound.id, since: messages.slice(last + 1) };
  }

  /** The program has answered `messages`. */
  bind({ name }: Talk, program: string, id: string, frame: string, messages: readonly Message[]): void {
    const bound = { id, digest: digestOf(frame, messages) };
    if (!isSession(bound)) return;
    const { programs, lost, changes } = this.#known.get(name) ?? NOTHING;
    this.#put(name, {
      programs: { ...programs, [program]: bound },
      lost: { ...lost, [program]: undefined },
      changes: { ...changes, [program]: bound },
    });
  }

  /** What the program has of it is not what was answered. */
  drop(talk: Talk, program: string): void {
    const [bound] = this.#of(talk, program);
    if (!bound) return;
    const { programs, lost, changes } = this.#known.get(talk.name) ?? NOTHING;
    const { [program]: _, ...others } = programs;
    this.#put(talk.name, {
      programs: others,
      lost: { ...lost, [program]: bound },
      changes: { ...changes, [program]: null },
    });
  }

  /** What is to be kept with the conversation, told once; nothing when no program has run for it. */
  takeChanges(name: string): ProgramChanges | undefined {
    const known = this.#known.get(name);
    if (known) this.#known.set(name, { ...known, changes: {} });
    return known?.changes;
  }

  /** Newest first. */
  #of({ name, programs }: Talk, program: string): ProgramSession[] {
    const known = this.#known.get(name);
    // A row may be garbage.
    const stored = isObject(programs) ? (programs[program] as ProgramSession | undefined) : undefined;
    const isLost = stored?.digest === known?.lost[program]?.digest;
    return [known?.programs[program], isLost ? undefined : stored].filter(isSession);
  }

  #put(name: string, known: Known): void {
    this.#known.delete(name);
    this.#known.set(name, known);
    if (this.#known.size > MOST) this.#known.delete(this.#known.keys().next().value!);
  }
}

/** An id comes from a program or a file, and goes among a program's arguments: it must not be read as one. */
const isSession = (bound: ProgramSession | undefined): bound is ProgramSession =>
  typeof bound?.id === "string" &&
  /^[A-Za-z0-9][\w.:/-]{0,199}$/.test(bound.id) &&
  typeof bound.digest === "string";

/** So many words of the user tell one conversation from another, also where only the newest rows are sent along. */
const COMPARED = 16;

/**
 * What the assistant said is the program's own: clients tell it with other spaces, or shortened. Images are not told
 * again by all of them.
 */
function digestOf(frame: string, messages: readonly Message[]): string {
  const said = messages.flatMap(({ role, parts }) => (role === "user" ? wordsIn(parts) || [] : []));
  return hash("sha256", JSON.stringify([frame, ...said.slice(-COMPARED)]), "base64url");
}

const wordsIn = (parts: Message["parts"]): string =>
  parts.flatMap((part) => (part.kind === "text" ? part.text : [])).join("\n");
