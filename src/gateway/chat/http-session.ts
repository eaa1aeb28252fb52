// A session of an HTTP client: what was said before goes along, what is said now is kept. Its model, pin and profile are
// those of the session; a message that is a command is answered here, for sessions that are named by header.
import { createHash, randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { LiveAgent } from "../../access/live-agent.ts";
import type { RunResult } from "../../access/run.ts";
import type { Sink } from "../../access/sink.ts";
import { AccessError } from "../../core/errors.ts";
import type { AgentId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import type { ChatMessage, Session, SessionName, TurnPlan } from "../../core/session.ts";
import { afterTurn, newSession, parseSessionKey, textOf, turnPlan } from "../../core/session.ts";
import { TRANSLATORS } from "../../wire/translate/all.ts";
import type { Wire } from "../../wire/wire.ts";
import type { Caller } from "../caller.ts";
import type { Gateway } from "../gateway.ts";
import { answerMessage } from "./answer-message.ts";
import { commandIn } from "./commands.ts";
import { MOST_SENT, defaultsOf, refuseLostPin } from "./turn.ts";
import type { Talks } from "./talks.ts";
import { rowsOf, withBefore } from "./session-rows.ts";
import { HeardSink } from "./heard-sink.ts";
import { TurnSink } from "./turn-sink.ts";

export interface NamedSession extends SessionName {
  /** by header: a person or program that means this conversation */
  readonly explicit: boolean;
}

/** Where OpenClaw keeps the conversations of a protocol's `user`. */
const SPACES: Readonly<Record<string, string>> = {
  "openai-completions": "openai-user",
  "openai-responses": "openresponses-user",
};

/**
 * The session that a request to an agent names; `undefined`: it is stateless.
 *
 * @throws AccessError `bad_input`
 */
export function sessionNamedBy(
  headers: IncomingHttpHeaders,
  wire: Wire,
  body: JsonObject,
  agent: AgentId,
  caller: Caller,
): NamedSession | undefined {
  const key = headers["x-openclaw-session-key"];
  const space = SPACES[wire.api];
  const user = body["user"];
  // Nobody reads the conversation of another caller, whatever it is called.
  const own = caller.kind === "key" ? `key-${caller.live.key.id}:` : "";
  if (typeof key === "string" && key.trim() !== "") {
    if (own === "") return { ...ofThisAgent(parseSessionKey(key, agent), agent), explicit: true };
    return { ...parseSessionKey(`${own}${key.trim()}`, agent), explicit: false };
  }
  if (!space || typeof user !== "string" || user.trim() === "") return undefined;
  return {
    ...parseSessionKey(`agent:${agent}:${own}${space}:${nameOfUser(user.trim())}`, agent),
    explicit: false,
  };
}

/** An agent's conversation is served with the models and credentials of that agent, and no other's. */
function ofThisAgent(named: SessionName, agent: AgentId): SessionName {
  if (named.agent === agent) return named;
  throw new AccessError(
    "bad_input",
    `The session ${named.key} is not one of the agent ${agent}. Use the model openclaw/${named.agent}.`,
  );
}

const LONGEST_USER = 128;

/** Any text may name a user; what is no part of a key goes in by its digest. */
const nameOfUser = (user: string): string =>
  user.length > LONGEST_USER || /\p{Cc}/u.test(user)
    ? createHash("sha256").update(user).digest("base64url")
    : user;

/** A request with what was said before it. */
export class HttpSession {
  readonly body: JsonObject;
  /** what the session asks for; `undefined`: whatever the request does */
  readonly plan: TurnPlan | undefined;
  readonly #talks: Talks;
  readonly #name: SessionName;
  readonly #session: Session;
  readonly #isStored: boolean;
  readonly #defaults: readonly ModelRef[];
  readonly #said: readonly ChatMessage[];
  readonly #ear: TurnSink;

  constructor(parts: {
    readonly body: JsonObject;
    readonly plan: TurnPlan | undefined;
    readonly talks: Talks;
    readonly name: SessionName;
    readonly session: Session;
    readonly isStored: boolean;
    readonly defaults: readonly ModelRef[];
    readonly said: readonly ChatMessage[];
    readonly wire: Wire;
  }) {
    this.body = parts.body;
    this.plan = parts.plan;
    this.#talks = parts.talks;
    this.#name = parts.name;
    this.#session = parts.session;
    this.#isStored = parts.isStored;
    this.#defaults = parts.defaults;
    this.#said = parts.said;
    this.#ear = new TurnSink(TRANSLATORS[parts.wire.api]!.provider, () => undefined);
  }

  /** Hears what goes to the client. */
  listen = (inner: Sink): Sink => new HeardSink(inner, this.#ear);

  /** What was said and answered goes into the transcript. A store that cannot be written costs no answer. */
  async keep(result: RunResult, runId: string, gateway: Gateway): Promise<void> {
    if (result.kind !== "answered") return;
    const { agent, key } = this.#name;
    const { ref, candidate } = result.attempt;
    const { text, usage, finish } = this.#ear;
    const answer = answerMessage({ text, usage, served: ref, stopReason: finish ?? "stop", runId }, gateway);
    const rows = [...this.#said.map((row) => ({ ...row, runId })), answer];
    const turn = {
      models: this.#defaults,
      served: ref,
      ...(this.plan ? { profileId: candidate.profile.id } : {}),
      ...(usage ? { usage } : {}),
      messages: rows.length,
    };
    try {
      await this.#talks.sessions.update(agent, key, (stored) =>
        // One that began anew meanwhile, or was deleted, keeps nothing of it.
        this.#isStored && stored?.sessionId !== this.#session.sessionId
          ? undefined
          : { session: afterTurn(stored ?? this.#session, turn, gateway.now()), append: rows },
      );
    } catch (error) {
      gateway.log.error(error, `The answer of ${key} could not be kept`);
    }
  }
}

export interface OpenedBy {
  readonly gateway: Gateway;
  readonly live: LiveAgent;
  readonly wire: Wire;
  readonly body: JsonObject;
  readonly caller: Caller;
  /** The request names its model by header. */
  readonly strict: boolean;
}

/** @returns the session, or what a command answers; `undefined` for what no transcript can hold, which is stateless */
export async function openHttpSession(
  talks: Talks,
  name: NamedSession,
  { gateway, live, wire, body, caller, strict }: OpenedBy,
): Promise<HttpSession | string | undefined> {
  const { agent, key } = name;
  const stored = await talks.sessions.find(agent, key);
  const session = stored ?? newSession(key, randomUUID(), gateway.now());
  const said = rowsOf(wire, body, gateway.now());
  if (!said) return undefined;
  const defaults = defaultsOf(gateway, agent);
  const last = said.at(-1);
  const found = name.explicit && last ? commandIn(textOf(last)) : undefined;
  if (found) {
    const { chats, sessions, version } = talks;
    const deps = talks.services(`/${found.command.name}`);
    const context = { ...name, gateway, deps, sessions, chats, live, defaults, session, version };
    return await found.command.run(found.words, context).catch((error: unknown) => {
      if (error instanceof AccessError) return `⚠️ ${error.message}`;
      throw error;
    });
  }
  const before = stored ? await talks.sessions.messages(agent, session.sessionId, MOST_SENT) : [];
  // What a client key may call was judged by its request: a session chooses nothing for it.
  const plan = strict || caller.kind === "key" ? undefined : turnPlan(session, defaults);
  refuseLostPin(plan?.pin, live);
  return new HttpSession({
    body: withBefore(wire, body, before),
    plan,
    talks,
    name,
    session,
    isStored: stored !== undefined,
    defaults,
    said,
    wire,
  });
}
