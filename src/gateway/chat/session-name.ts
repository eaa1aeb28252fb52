// Which conversation a request to an agent names.
import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { AccessError } from "../../core/errors.ts";
import type { AgentId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { SessionName } from "../../core/session.ts";
import { parseSessionKey } from "../../core/session.ts";
import type { Wire } from "../../wire/wire.ts";
import type { Caller } from "../guard/caller.ts";

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
