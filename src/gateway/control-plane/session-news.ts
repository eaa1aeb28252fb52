// Who wants to hear of conversations, and what they are told.
type Tell = (event: string, payload: unknown) => void;

export class SessionNews {
  readonly #listeners = new Map<string, Tell>();

  get wanted(): boolean {
    return this.#listeners.size > 0;
  }

  /** @param left raised when the connection is gone */
  add(connId: string, tell: Tell, left: AbortSignal): void {
    this.#listeners.set(connId, tell);
    left.addEventListener("abort", () => this.remove(connId), { once: true });
  }

  remove(connId: string): void {
    this.#listeners.delete(connId);
  }

  tell(event: "sessions.changed" | "session.message", payload: unknown): void {
    for (const tell of this.#listeners.values()) tell(event, payload);
  }
}
