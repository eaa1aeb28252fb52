// Which model a conversation asks first, for whoever waits in it: it may be gone before its turn comes.
import type { ProviderId } from "../../core/ids.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import type { SessionName } from "../../core/session.ts";
import { turnPlan } from "../../core/session.ts";
import type { SessionStore } from "../../store/sessions.ts";
import type { Gateway } from "../gateway.ts";
import { defaultsOf } from "./session-models.ts";

export class Foresight {
  readonly #name: SessionName;
  readonly #sessions: Pick<SessionStore, "find">;
  readonly #gateway: Gateway;
  #model: ModelRef | undefined;
  #isKnown = false;

  constructor(name: SessionName, sessions: Pick<SessionStore, "find">, gateway: Gateway) {
    this.#name = name;
    this.#sessions = sessions;
    this.#gateway = gateway;
  }

  /** It is known by now. */
  set(model: ModelRef | undefined): void {
    this.#model = model;
    this.#isKnown = true;
  }

  provider(): ProviderId {
    return (this.#model ?? defaultsOf(this.#gateway.latest(), this.#name.agent)[0]!).provider;
  }

  /** Never rejects. */
  async look(): Promise<void> {
    const { agent, key } = this.#name;
    try {
      const session = await this.#sessions.find(agent, key);
      const defaults = defaultsOf(this.#gateway.latest(), agent);
      if (!this.#isKnown) this.#model = session ? turnPlan(session, defaults).models[0] : defaults[0];
    } catch {
      // Whoever reads the session next tells what is wrong.
    }
  }
}
