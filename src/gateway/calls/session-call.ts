// Calls of agents that belong to a conversation: they wait for their turn in it, and take what was said before along.
// What keeps conversations is loaded with the first of them.
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { LiveAgent } from "../../access/live-agent.ts";
import { AccessError } from "../../core/errors.ts";
import type { ProviderId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ChatMessage } from "../../core/session.ts";
import { textOf } from "../../core/session.ts";
import type { Wire } from "../../wire/wire.ts";
import type { RequestBody } from "../body.ts";
import type { Caller } from "../guard/caller.ts";
import type { Conversations, Seat, SessionCall } from "../chat/conversations.ts";
import type { HttpSession } from "../chat/http-session.ts";
import type { NamedSession } from "../chat/session-name.ts";
import type { Told } from "../chat/told-words.ts";
import type { Gateway } from "../gateway.ts";
import type { HttpRun } from "../runs/http-run.ts";
import { Refused } from "../refused.ts";
import { newRunId } from "../runs/run-id.ts";
import { WaitingRoom } from "./waiting-room.ts";

/** A look that costs next to nothing: most calls are stateless. */
export const mayNameSession = (headers: IncomingHttpHeaders, body: JsonObject): boolean =>
  headers["x-openclaw-session-key"] !== undefined || typeof body["user"] === "string";

export interface CalledBy {
  readonly headers: IncomingHttpHeaders;
  readonly response: ServerResponse;
  readonly gateway: Gateway;
  readonly live: LiveAgent;
  readonly wire: Wire;
  readonly caller: Caller;
}

/** What a call is to its conversation, from the moment it waits until its answer is kept. */
export class SeatedCall implements SessionCall {
  readonly runId: string;
  readonly name: NamedSession;
  /** what the client says, as rows */
  readonly said: readonly ChatMessage[];
  readonly sessions: Conversations["sessions"];
  /** for a client that waits */
  room: WaitingRoom | undefined;
  #seat: Seat | undefined;
  #stopReason: string | undefined;
  #run: HttpRun | undefined;

  constructor(given: Pick<SeatedCall, "runId" | "name" | "said" | "sessions">) {
    this.runId = given.runId;
    this.name = given.name;
    this.said = given.said;
    this.sessions = given.sessions;
  }

  get stopReason(): string | undefined {
    return this.#run?.stopReason ?? this.#stopReason;
  }

  provider(): ProviderId | undefined {
    return this.#run?.provider();
  }

  abort(reason: string): void {
    if (this.#run) return this.#run.abort(reason);
    this.#stopReason = reason;
    this.leave();
  }

  /** @throws Refused when too many wait */
  async wait(talks: Conversations): Promise<void> {
    try {
      this.#seat = talks.enter(this.name, this);
      await this.#seat.turn;
    } catch (error) {
      if (!(error instanceof AccessError) || error.code !== "bad_input") throw error;
      const { message } = error;
      throw new Refused({ status: 429, type: "rate_limit_error", message, retryAfterSeconds: AGAIN_AFTER_S });
    }
  }

  /** From now on it is ended as any other call; what was ended before ends here, and tells its client. */
  begin(run: HttpRun): void {
    this.#run = run;
    if (this.#stopReason !== undefined) run.abort(this.#stopReason);
  }

  leave(): void {
    this.#seat?.leave();
  }

  /** What is done when it is its turn; its conversation goes on if that fails. */
  async take<T>(goOn: () => T | Promise<T>, wire: Wire): Promise<T | { readonly told: undefined }> {
    try {
      return await goOn();
    } catch (error) {
      this.leave();
      if (this.room!.refused(error, wire)) return { told: undefined };
      throw error;
    }
  }
}

const AGAIN_AFTER_S = 5;

export type Seated =
  /** answered, by a command or with an error */
  | { readonly told: Told | undefined }
  /** `undefined`: the call belongs to no conversation */
  | { readonly seat: SeatedCall | undefined };

/** Resolves when it is the call's turn. @throws AccessError `bad_input`; Refused when too many wait */
export async function seatFor(
  talks: () => Promise<Conversations>,
  { json }: RequestBody,
  { headers, response, gateway, live, wire, caller }: CalledBy,
): Promise<Seated> {
  const { sessionNamedBy } = await import("../chat/session-name.ts");
  const name = sessionNamedBy(headers, wire, json, live.id, caller);
  const said = name && (await rowsIn(wire, json, gateway));
  // What no transcript can hold is stateless.
  if (!name || !said) return { seat: undefined };
  const kept = await talks();
  const runId = newRunId(gateway.now());
  const last = said.at(-1);
  const words = name.explicit && last ? await kept.answer(name, textOf(last)) : undefined;
  const { model } = json;
  const stream = json["stream"] === true;
  if (words !== undefined) {
    const asked = typeof model === "string" ? model : "openclaw";
    return { told: { runId, words, now: gateway.now(), model: asked, stream } };
  }
  const call = new SeatedCall({ runId, name, said, sessions: kept.sessions });
  const turn = call.wait(kept);
  const { commentEveryMs } = gateway.accessConfig().gateway;
  call.room = new WaitingRoom(response, runId, { stream, commentEveryMs }, () => call.leave());
  await turn.finally(() => call.room!.close());
  return { seat: call };
}

async function rowsIn(wire: Wire, json: RequestBody["json"], gateway: Gateway) {
  const { rowsOf } = await import("../chat/session-rows.ts");
  return rowsOf(wire, json, gateway.now());
}

/** The request with what was said before, read when it is its turn. @throws AccessError `store_unreadable` */
export async function openSession(
  { name, said, sessions }: SeatedCall,
  { json }: RequestBody,
  { headers, gateway, live, wire, caller }: CalledBy,
): Promise<HttpSession | undefined> {
  const { openHttpSession } = await import("../chat/http-session.ts");
  const strict = headers["x-openclaw-model"] !== undefined;
  const by = { gateway, live, wire, caller, body: json, said, strict };
  try {
    return await openHttpSession(sessions, name, by);
  } catch (error) {
    // A `user` asks for no conversation in so many words: the call is answered without one.
    if (name.explicit || !(error instanceof AccessError && error.code === "store_unreadable")) throw error;
    gateway.log.error(error, `The conversation ${name.key} could not be read`);
    return undefined;
  }
}
