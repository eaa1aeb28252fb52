// The control plane of a gateway that is measured, as its published clients use it: frames over one socket.
import type { JsonObject } from "../src/core/json.ts";
import { Secret } from "../src/core/secret.ts";
import type { Link } from "../src/gateway/control-plane/link.ts";
import { openLink } from "../src/gateway/control-plane/link.ts";

const LIMIT_MS = 20_000;

/** ms from sending a message to what was told of it. */
export interface TurnTimes {
  readonly firstMs: number;
  readonly endMs: number;
  /** `final`, `error` or `aborted` */
  readonly state: string;
}

interface Awaited {
  readonly startedAt: number;
  readonly resolve: (times: TurnTimes) => void;
  firstMs?: number;
}

export class Control {
  readonly #link: Link;
  readonly #turns: Map<string, Awaited>;

  private constructor(link: Link, turns: Map<string, Awaited>) {
    this.#link = link;
    this.#turns = turns;
  }

  static async open(origin: string, token: string): Promise<Control> {
    const turns = new Map<string, Awaited>();
    const onEvent = (event: string, payload: JsonObject) => {
      if (event === "chat") hear(turns, payload);
    };
    const url = origin.replace(/^http/, "ws");
    const target = { url, token: new Secret(token) };
    return new Control(await openLink(target, { version: "0", timeoutMs: LIMIT_MS, onEvent }), turns);
  }

  async ask(method: string, params: JsonObject): Promise<JsonObject> {
    const answer = await this.#link.ask(method, params, { timeoutMs: LIMIT_MS });
    if (answer.ok) return answer.payload as JsonObject;
    throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
  }

  /** Sends a message; `begun` once its first words are there, `ended` once no more will come. */
  say(sessionKey: string, message: string) {
    const runId = crypto.randomUUID();
    const { promise: ended, resolve } = Promise.withResolvers<TurnTimes>();
    const turn: Awaited = { startedAt: performance.now(), resolve };
    this.#turns.set(runId, turn);
    const sent = this.ask("chat.send", { sessionKey, message, idempotencyKey: runId });
    return { sent, ended, hasBegun: () => turn.firstMs !== undefined };
  }

  close(): void {
    this.#link.close();
  }
}

function hear(turns: Map<string, Awaited>, { runId, state }: JsonObject): void {
  const turn = turns.get(String(runId));
  if (!turn) return;
  const ms = performance.now() - turn.startedAt;
  turn.firstMs ??= ms;
  if (state === "delta") return;
  turns.delete(String(runId));
  turn.resolve({ firstMs: turn.firstMs, endMs: ms, state: String(state) });
}
