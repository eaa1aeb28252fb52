// An event on its way to clients: written once, however many hear it.

export class Told {
  /** A later event says it again: who is behind can do without it. */
  readonly isPassing: boolean;
  readonly #name: string;
  readonly #payload: unknown;
  #head: string | undefined;

  constructor(name: string, payload: unknown) {
    this.#name = name;
    this.#payload = payload;
    this.isPassing = isStep(name, payload);
  }

  /** @param seq of the events of one client */
  frame(seq: number | undefined): string {
    this.#head ??= JSON.stringify({ type: "event", event: this.#name, payload: this.#payload }).slice(0, -1);
    return `${this.#head}${seq === undefined ? "" : `,"seq":${seq}`}}`;
  }
}

/** Each step of an answer has all of its text so far. */
function isStep(name: string, payload: unknown): boolean {
  const { state, stream } = (payload ?? {}) as { state?: unknown; stream?: unknown };
  return (name === "chat" && state === "delta") || (name === "agent" && stream === "assistant");
}
