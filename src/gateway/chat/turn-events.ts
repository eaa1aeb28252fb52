// What clients are told of a turn while it runs (gateway spec §4, "Events"). Text comes in steps, not letter by letter.
import type { ChatMessage } from "../../core/session.ts";
import { AUTH_REVOKED } from "../runs/runs.ts";

export type Tell = (event: "chat" | "agent", payload: Readonly<Record<string, unknown>>) => void;

export interface TurnNames {
  readonly runId: string;
  readonly sessionKey: string;
  readonly sessionId: string;
  readonly agentId: string;
}

const DELTA_EVERY_MS = 100;
/** Each step tells all of the text so far: a long answer comes in fewer, so that no one is sent megabytes a second. */
const CHARACTERS_PER_STEP = 50_000;

/** Where it was not the person at the window who ended it. */
const WHY_ENDED: Readonly<Record<string, string>> = {
  [AUTH_REVOKED]: "the credentials of its provider were removed",
  length: "the answer was longer than a conversation can hold",
  "agent-removed": "its agent was removed",
  shutdown: "the gateway is stopping",
  timeout: "its time was over",
};

const stepMs = (characters: number): number => DELTA_EVERY_MS * Math.max(1, characters / CHARACTERS_PER_STEP);

export class TurnEvents {
  readonly #tell: Tell;
  readonly #names: TurnNames;
  readonly #now: () => number;
  #chatSeq = 0;
  #agentSeq = 0;
  #text = "";
  #pending = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(names: TurnNames, tell: Tell, now: () => number) {
    this.#names = names;
    this.#tell = tell;
    this.#now = now;
  }

  start(startedAt: number): void {
    this.#agent("lifecycle", { phase: "start", startedAt });
  }

  /** The first piece goes out at once, and the others when some have come together. */
  text(piece: string): void {
    this.#text += piece;
    this.#pending += piece;
    if (this.#timer === undefined) this.#tellAndWait();
  }

  #tellAndWait(): void {
    this.#flush();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#pending !== "") this.#tellAndWait();
    }, stepMs(this.#text.length));
  }

  fallbackStep(data: Readonly<Record<string, unknown>>): void {
    this.#agent("lifecycle", { phase: "fallback_step", ...data });
  }

  /** Something to know beside the answer. */
  notice(text: string): void {
    const message = { role: "assistant", content: [{ type: "text", text }], timestamp: this.#now() };
    this.#chat({ state: "final", message });
  }

  /** Another model than the one that was chosen answered. */
  fellBack(data: Readonly<Record<string, unknown>>): void {
    this.#agent("lifecycle", { phase: "fallback", ...data });
  }

  final(message: ChatMessage, stopReason: string): void {
    this.#finish();
    this.#chat({ state: "final", message, stopReason });
    this.#agent("lifecycle", { phase: "end", stopReason, aborted: false, endedAt: this.#now() });
  }

  aborted(message: ChatMessage | undefined, stopReason: string): void {
    this.#finish();
    const why = WHY_ENDED[stopReason];
    this.#chat({
      state: "aborted",
      stopReason,
      ...(why ? { errorMessage: why } : {}),
      ...(message ? { message } : {}),
    });
    this.#agent("lifecycle", { phase: "end", stopReason, aborted: true, endedAt: this.#now() });
  }

  failed(errorMessage: string, errorKind: string | undefined): void {
    this.#finish();
    this.#chat({ state: "error", errorMessage, ...(errorKind ? { errorKind } : {}) });
    this.#agent("lifecycle", { phase: "error", error: errorMessage, endedAt: this.#now() });
  }

  #finish(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flush();
  }

  #flush(): void {
    if (this.#pending === "") return;
    const [delta, text] = [this.#pending, this.#text];
    this.#pending = "";
    const message = { role: "assistant", content: [{ type: "text", text }], timestamp: this.#now() };
    this.#chat({ state: "delta", deltaText: delta, message });
    this.#agent("assistant", { text, delta });
  }

  #chat(payload: Readonly<Record<string, unknown>>): void {
    const { runId, sessionKey, agentId } = this.#names;
    this.#tell("chat", { runId, sessionKey, agentId, seq: ++this.#chatSeq, ...payload });
  }

  #agent(stream: string, data: Readonly<Record<string, unknown>>): void {
    this.#tell("agent", { ...this.#names, stream, data, seq: ++this.#agentSeq, ts: this.#now() });
  }
}
