// Sessions: a conversation of one agent, and what it holds on to: its models, a person's choice, a profile. Pure.
import { AccessError } from "./errors.ts";
import type { AgentId, ProfileId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import type { ModelRef } from "./model-ref.ts";
import { sameModelRef } from "./model-ref.ts";
import type { Thinking } from "./thinking.ts";

export interface Session {
  /** `agent:<agent>:<name>` */
  readonly key: string;
  /** of what was said since the last `/new` */
  readonly sessionId: string;
  /** ms since epoch, as all times here */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** The agent's default model and its fallbacks, as they were when the conversation began. */
  readonly models?: readonly ModelRef[];
  /** A person's choice: exact, nothing else may answer in its place. */
  readonly model?: ModelRef;
  readonly profile?: SessionProfile;
  /** what answered last */
  readonly served?: ModelRef;
  /** tokens since the conversation began */
  readonly usage: SessionUsage;
  /** rows of the transcript */
  readonly messages: number;
  /** how it begins, in a line */
  readonly title?: string;
  /** what a person calls it */
  readonly label?: string;
  /** how hard its models think, if somebody said so */
  readonly thinking?: Thinking;
  /** what windows keep with it and show, by OpenClaw's names */
  readonly shown?: Readonly<Record<string, string | boolean>>;
  /** By their ids, the programs that go on with it in sessions of their own. */
  readonly programs?: ProgramSessions;
}

/** Where a program stands in a conversation. */
export interface ProgramSession {
  /** its own id of its session */
  readonly id: string;
  /** of what it was told, see `access/cli-backends/sessions.ts` */
  readonly digest: string;
}
export type ProgramSessions = Readonly<Record<string, ProgramSession>>;
/** `null`: it is gone */
export type ProgramChanges = Readonly<Record<string, ProgramSession | null>>;

export interface SessionProfile {
  readonly id: ProfileId;
  /** `user`: nothing else serves the first model; `auto`: it served last, and is preferred */
  readonly source: "user" | "auto";
}

export interface SessionUsage {
  readonly input: number;
  readonly output: number;
  readonly turns: number;
}

export interface TextContent {
  readonly type: "text";
  readonly text: string;
}
export interface ImageContent {
  readonly type: "image";
  readonly mimeType: string;
  /** base64 */
  readonly data: string;
}

/** A row of a transcript, in the form in which clients of OpenClaw read it. */
export interface ChatMessage {
  readonly role: "user" | "assistant";
  readonly content: readonly (TextContent | ImageContent)[];
  readonly timestamp: number;
  readonly runId?: string;
  readonly api?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly usage?: JsonObject;
  readonly stopReason?: string;
  readonly errorMessage?: string;
  /** a command or its answer: shown, and said to no model */
  readonly aside?: boolean;
}

const LONGEST_KEY = 256;
/** Namespaces that OpenClaw keeps for itself. */
const RESERVED = /^(?:subagent|cron|acp):/;

export interface SessionName {
  readonly agent: AgentId;
  readonly key: string;
}

/**
 * The session that a person or program means: a full key, or a name within `agent`.
 *
 * @throws AccessError `bad_input`
 */
export function parseSessionKey(text: string, agent: AgentId): SessionName {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.length > LONGEST_KEY || /\p{Cc}/u.test(trimmed))
    throw new AccessError("bad_input", `A session key has 1 to ${LONGEST_KEY} visible characters.`);
  const [, named, rest] = /^agent:([^:]+):(.+)$/.exec(trimmed) ?? [undefined, undefined, trimmed];
  if (RESERVED.test(rest!))
    throw new AccessError(
      "bad_input",
      `A session key may not begin with subagent:, cron: or acp: (${rest}).`,
    );
  const owner = named?.toLowerCase() ?? agent;
  return { agent: owner, key: `agent:${owner}:${rest}` };
}

export const mainSessionKey = (agent: AgentId): string => `agent:${agent}:main`;
export const agentOfSession = (key: string): AgentId => key.split(":", 2)[1]!;

const NO_USAGE: SessionUsage = { input: 0, output: 0, turns: 0 };

export const newSession = (key: string, sessionId: string, now: number): Session => ({
  key,
  sessionId,
  createdAt: now,
  updatedAt: now,
  usage: NO_USAGE,
  messages: 0,
});

/** What a turn asks for: the models in order, and the profile for the first. */
export interface TurnPlan {
  readonly models: readonly ModelRef[];
  readonly pin?: ProfileId;
  readonly sticky?: ProfileId;
}

/** @param defaults the agent's model and fallbacks of now: what a conversation that begins holds on to */
export function turnPlan({ model, models, profile }: Session, defaults: readonly ModelRef[]): TurnPlan {
  return {
    models: model ? [model] : (models ?? defaults),
    ...(profile === undefined
      ? {}
      : profile.source === "user"
        ? { pin: profile.id }
        : { sticky: profile.id }),
  };
}

/** What a conversation goes on with, as far as it is known: a fallback that answered last, until the first model is back. */
export function activeModel(session: Session, defaults: readonly ModelRef[]): ModelRef | undefined {
  const { models } = turnPlan(session, defaults);
  return models.find((ref) => session.served && sameModelRef(ref, session.served)) ?? models[0];
}

/** What a person wants of a session; `null` takes a choice back. */
export interface Choice {
  readonly model?: ModelRef | null;
  readonly profile?: ProfileId | null;
}

/** The agent's own model is no exact choice: its fallbacks stay. */
export function choose(session: Session, { model, profile }: Choice, defaults: readonly ModelRef[]): Session {
  const { model: chosen, profile: pinned, served, ...rest } = session;
  const isDefault = model && defaults[0] && sameModelRef(model, defaults[0]);
  const wanted = model === undefined ? chosen : model === null || isDefault ? undefined : model;
  const moved = model !== undefined;
  // Whoever served another model has no claim on this one.
  const kept = profile === undefined && !(moved && pinned?.source === "auto") ? pinned : undefined;
  const held = profile ? ({ id: profile, source: "user" } as const) : kept;
  return {
    ...rest,
    ...(served && !moved ? { served } : {}),
    ...(moved && !wanted ? { models: defaults } : {}),
    ...(wanted ? { model: wanted } : {}),
    ...(held ? { profile: held } : {}),
  };
}

/** `/new` and `/reset`: no model, profile or word of it is held on to; how it is called and shown is. */
export const begunAgain = (
  { key, label, thinking, shown }: Session,
  sessionId: string,
  now: number,
): Session => ({
  ...newSession(key, sessionId, now),
  ...(label === undefined ? {} : { label }),
  ...(thinking ? { thinking } : {}),
  ...(shown ? { shown } : {}),
});

export const textOf = ({ content }: Pick<ChatMessage, "content">): string =>
  content.map((part) => (part.type === "text" ? part.text : "")).join("");
