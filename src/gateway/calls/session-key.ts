// Which conversation a request belongs to, first found (DESIGN, "One engine"): an explicit session header,
// a known client's session header, the body's own id, else a keyed digest of how the conversation begins.
import { hash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { AccessError } from "../../core/errors.ts";
import type { AgentId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Wire } from "../../wire/wire.ts";
import type { Caller } from "../guard/caller.ts";
import { callerId } from "../guard/caller.ts";

/** Session headers of OpenClaw and of coding tools, in order of preference. */
const SESSION_HEADERS = [
  "x-openclaw-session-key",
  "session_id",
  "session-id",
  "x-session-id",
  "conversation_id",
];

/** Namespaces that OpenClaw keeps for itself. */
const RESERVED = /^(?:agent:[^:]+:)?(?:subagent|cron|acp):/;

/** Two conversations differ near the beginning of their system text or first message. */
const DIGESTED_CHARS = 4096;

/** @throws AccessError `bad_input` for a session of a reserved namespace */
export function refuseReservedSession(headers: IncomingHttpHeaders): void {
  const key = headers["x-openclaw-session-key"];
  if (typeof key === "string" && RESERVED.test(key)) {
    throw new AccessError(
      "bad_input",
      `x-openclaw-session-key may not begin with subagent:, cron: or acp: (it is "${key}").`,
    );
  }
}

/**
 * No two callers share a conversation, whatever they call it.
 *
 * @param digestKey lives as long as the gateway: the digest tells nothing about a prompt to anyone else
 */
export function sessionKey(
  digestKey: string,
  headers: IncomingHttpHeaders,
  wire: Wire,
  body: JsonObject,
  agent: AgentId,
  caller: Caller,
): string {
  return hash(
    "sha256",
    [digestKey, agent, callerId(caller), ...sessionParts(headers, wire, body)].join("\n"),
    "base64url",
  );
}

/** The same of a conversation that the client itself gives a name; `undefined` for any other. */
export function namedSession(
  digestKey: string,
  headers: IncomingHttpHeaders,
  user: string | undefined,
  agent: AgentId,
  caller: Caller,
): string | undefined {
  const header = SESSION_HEADERS.map((name) => headers[name]).find(
    (value) => typeof value === "string" && value,
  );
  const parts = header ? ["header", header] : user ? ["user", user.slice(0, DIGESTED_CHARS)] : undefined;
  return parts && hash("sha256", [digestKey, agent, callerId(caller), ...parts].join("\n"), "base64url");
}

function sessionParts(headers: IncomingHttpHeaders, wire: Wire, body: JsonObject): string[] {
  for (const name of SESSION_HEADERS) {
    const value = headers[name];
    if (typeof value === "string" && value !== "") return ["header", value];
  }
  const { user, system, firstMessage } = wire.conversation(body);
  if (user !== undefined) return ["user", user.slice(0, DIGESTED_CHARS)];
  const client = String(headers.authorization ?? headers["x-api-key"] ?? "");
  return ["beginning", client, system.slice(0, DIGESTED_CHARS), firstMessage.slice(0, DIGESTED_CHARS)];
}
