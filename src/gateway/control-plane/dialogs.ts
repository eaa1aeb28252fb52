// The dialogs that are under way: each belongs to one connection, and ends with it.
import { AccessError } from "../../core/errors.ts";
import type { Talk } from "../../access/login/talk.ts";
import type { DialogState } from "./dialog.ts";
import { Dialog } from "./dialog.ts";
import { Refused } from "./refused.ts";

/** A person has one in front of them, and perhaps forgot another. */
const MOST_OF_A_CLIENT = 4;
const MOST_AT_ONCE = 32;
/** The patience of a login in the browser, and time to think before it. */
const LONGEST_MS = 30 * 60_000;

export interface DialogOptions {
  /** whose it is */
  readonly connId: string;
  /** The connection is gone. */
  readonly left: AbortSignal;
  readonly kind: "login" | "setup";
  readonly onChange: (state: DialogState) => void;
  /** Told of what nobody expected. */
  readonly onFault: (error: unknown) => void;
  readonly work: (talk: Talk, dialog: Dialog) => Promise<unknown>;
}

interface Entry {
  readonly connId: string;
  readonly kind: DialogOptions["kind"];
  readonly dialog: Dialog;
}

export class Dialogs {
  readonly #entries = new Map<string, Entry>();
  #stopped = false;

  /** @throws AccessError `bad_input` when there are too many */
  start({ connId, kind, left, onChange, onFault, work }: DialogOptions): Dialog {
    if (this.#stopped) throw new Refused({ code: "UNAVAILABLE", message: "The gateway is stopping." });
    const running = [...this.#entries.values()].filter(({ dialog }) => dialog.isRunning);
    const own = running.filter((entry) => entry.connId === connId);
    if (own.length >= MOST_OF_A_CLIENT || running.length >= MOST_AT_ONCE)
      throw new AccessError("bad_input", "Too many of these are under way. End one first.");
    // Two of them would write over each other.
    if (kind === "setup" && running.some((entry) => entry.kind === "setup"))
      throw new Refused({ code: "UNAVAILABLE", message: "wizard already running" });
    const dialog = new Dialog(onChange);
    const { sessionId } = dialog;
    this.#forgetEnded(connId);
    this.#entries.set(sessionId, { connId, kind, dialog });
    const late = setTimeout(() => dialog.cancel(), LONGEST_MS).unref();
    const leave = () => {
      dialog.cancel();
      if (!dialog.isRunning) this.#entries.delete(sessionId);
    };
    left.addEventListener("abort", leave, { once: true });
    void dialog
      .run(async (talk) => {
        if (left.aborted) leave();
        return await work(talk, dialog).catch((error: unknown) => {
          if (!(error instanceof AccessError)) onFault(error);
          throw error;
        });
      })
      .then(() => {
        clearTimeout(late);
        if (left.aborted) this.#entries.delete(sessionId);
      });
    return dialog;
  }

  /** @throws AccessError `bad_input` for one that is not this client's */
  get(sessionId: string, connId: string, kind: DialogOptions["kind"]): Dialog {
    const entry = this.#entries.get(sessionId);
    if (entry?.connId === connId && entry.kind === kind) return entry.dialog;
    throw new AccessError("bad_input", `There is no session ${sessionId} of yours. It may be long over.`);
  }

  /** Resolves once all are over: what one is writing is written. @returns how many were under way */
  async stop(): Promise<number> {
    this.#stopped = true;
    const running = [...this.#entries.values()].filter(({ dialog }) => dialog.isRunning);
    for (const { dialog } of running) dialog.cancel();
    await Promise.all(running.map(({ dialog }) => dialog.over()));
    return running.length;
  }

  /** How the former ended is known until the next begins. */
  #forgetEnded(connId: string): void {
    for (const [id, entry] of this.#entries)
      if (entry.connId === connId && !entry.dialog.isRunning) this.#entries.delete(id);
  }
}
