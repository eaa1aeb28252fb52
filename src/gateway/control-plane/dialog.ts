// A talk with the person behind a client: questions become steps that the client answers, words become notes. The
// client sees the whole state each time, and knows by its version whether it has seen it.
import { randomUUID } from "node:crypto";
import type { Link, Talk } from "../../access/login/talk.ts";
import { AccessError } from "../../core/errors.ts";
import type { Question, Step } from "./dialog-questions.ts";
import {
  confirmQuestion,
  multiselectQuestion,
  noteQuestion,
  secretQuestion,
  selectQuestion,
  textQuestion,
} from "./dialog-questions.ts";
import { shapeOf } from "./refused.ts";
import type { Waiting } from "./waiting.ts";
import { wake, woken } from "./waiting.ts";

/** Statuses are those of OpenClaw's wizard. */
export interface DialogState {
  readonly sessionId: string;
  readonly status: "running" | "done" | "cancelled" | "error";
  readonly done: boolean;
  /** rises with each change */
  readonly version: number;
  /** what was said, oldest first; the newest 50 */
  readonly notes: readonly string[];
  /** what is to be opened in a browser */
  readonly link?: Link;
  /** what waits for an answer */
  readonly step?: Step;
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

interface Open {
  readonly step: Step;
  /** Takes the answer, or says what is wrong with it. */
  readonly take: (answer: unknown) => string | undefined;
}

const MOST_NOTES = 50;
const MOST_NOTE_CHARACTERS = 10_000;

export class Dialog {
  readonly sessionId = randomUUID();
  readonly talk: Talk;
  /** Told of each change. */
  readonly #onChange: (state: DialogState) => void;
  readonly #over = new AbortController();
  readonly #waiting: Waiting = new Set();
  readonly #ending: Waiting = new Set();
  #status: DialogState["status"] = "running";
  #version = 0;
  #notes: readonly string[] = [];
  #link: Link | undefined;
  #open: Open | undefined;
  #end: Pick<DialogState, "result" | "error"> = {};

  constructor(onChange: (state: DialogState) => void) {
    this.#onChange = onChange;
    this.talk = {
      secret: (message, check, until) => this.#ask(secretQuestion(message, check), until),
      text: (message, initial, check) => this.#ask(textQuestion(message, initial, check)),
      confirm: (message, initial) => this.#ask(confirmQuestion(message, initial)),
      choose: (message, choices) => this.#ask(selectQuestion(message, choices)),
      chooseMany: (message, choices, initial) => this.#ask(multiselectQuestion(message, choices, initial)),
      notify: (text) => this.#note(text),
      link: (link) => {
        this.#link = link;
        this.#changed();
      },
      wait: (work) => this.#wait(work),
    };
  }

  get isRunning(): boolean {
    return this.#status === "running";
  }

  get state(): DialogState {
    return {
      sessionId: this.sessionId,
      status: this.#status,
      done: !this.isRunning,
      version: this.#version,
      notes: this.#notes,
      ...(this.#link && this.isRunning ? { link: this.#link } : {}),
      ...(this.#open ? { step: this.#open.step } : {}),
      ...this.#end,
    };
  }

  /** Does the work that talks here. Never rejects. */
  async run(work: (talk: Talk) => Promise<unknown>): Promise<void> {
    try {
      this.#end = { result: await work(this.talk) };
      this.#status = "done";
    } catch (error) {
      this.#end = { error: wordsOf(error) };
      this.#status = this.#end.error?.code === "cancelled" ? "cancelled" : "error";
    }
    this.#open = undefined;
    this.#changed();
  }

  /** @throws AccessError `bad_input` when the step is over, or the answer none; the step then stays */
  answer(stepId: string, answer: unknown): void {
    const open = this.#open;
    if (open?.step.id !== stepId)
      throw new AccessError("bad_input", `Step ${stepId} is not the one that waits for an answer.`);
    const fault = open.take(answer);
    if (fault !== undefined) throw new AccessError("bad_input", fault);
  }

  /** Resolves once the person has read it. @param until takes it away unread: as if they had left */
  async acknowledge(message: string, until?: AbortSignal): Promise<void> {
    await this.#ask(noteQuestion(message.slice(0, MOST_NOTE_CHARACTERS)), until);
  }

  /** The person leaves: nothing more is asked, and what is waited for ends. */
  cancel(): void {
    this.#over.abort();
  }

  /** Resolves once there is something that `version` had not, at the end, or when somebody else asks the same. */
  async after(version: number, until: AbortSignal): Promise<void> {
    if (!this.isRunning || this.#version > version || until.aborted) return;
    // One wait is enough for a client: more of them would fill its places.
    wake(this.#waiting);
    await woken(this.#waiting, until);
  }

  /** Resolves at the end, or when nobody waits any more. */
  async over(until?: AbortSignal): Promise<void> {
    if (this.isRunning && !until?.aborted) await woken(this.#ending, until);
  }

  #changed(): void {
    this.#version++;
    wake(this.#waiting);
    if (!this.isRunning) wake(this.#ending);
    this.#onChange(this.state);
  }

  #note(text: string): void {
    this.#notes = [...this.#notes, text.slice(0, MOST_NOTE_CHARACTERS)].slice(-MOST_NOTES);
    this.#changed();
  }

  async #ask<T>({ step, read }: Question<T>, until?: AbortSignal): Promise<T> {
    const ending = until ? AbortSignal.any([this.#over.signal, until]) : this.#over.signal;
    if (ending.aborted) throw left();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const take = (answer: unknown) => {
      const taken = read(answer);
      if ("fault" in taken) return taken.fault;
      resolve(taken.value);
      return undefined;
    };
    const leave = () => reject(left());
    const open = { step: { id: randomUUID(), ...step }, take };
    this.#open = open;
    this.#changed();
    ending.addEventListener("abort", leave, { once: true });
    try {
      return await promise;
    } finally {
      ending.removeEventListener("abort", leave);
      if (this.#open === open) this.#open = undefined;
      // Nobody is shown a question that was taken away.
      if (ending.aborted) this.#changed();
    }
  }

  async #wait<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = this.#over;
    if (signal.aborted) throw left();
    try {
      const result = await work(signal);
      if (!signal.aborted) return result;
    } catch (error) {
      // The error of what was ended says nothing.
      if (!signal.aborted) throw error;
    }
    throw left();
  }
}

const left = (): AccessError => new AccessError("cancelled", "Cancelled. Nothing was changed.");

function wordsOf(error: unknown): { code: string; message: string } {
  const shape = error instanceof AccessError ? shapeOf(error) : undefined;
  if (error instanceof AccessError && shape) return { code: error.code, message: shape.message };
  return {
    code: "internal",
    message: "It failed in a way that was not expected. The gateway's log has the details.",
  };
}
