// What methods about conversations share: which one is meant, and what is known of it.
import { chooseAgent, defaultAgent } from "../../access/read-view.ts";
import { AccessError } from "../../core/errors.ts";
import type { AgentId } from "../../core/ids.ts";
import { randomUUID } from "node:crypto";
import type { ModelRef } from "../../core/model-ref.ts";
import type { Session, SessionName } from "../../core/session.ts";
import { activeModel, newSession, parseSessionKey } from "../../core/session.ts";
import type { CommandContext } from "../chat/commands/command.ts";
import { defaultsOf } from "../chat/session-models.ts";
import type { Call, PlaneFacts } from "./method.ts";
import { sessionRow } from "./session-row.ts";
import { windowOf } from "../../access/context-window.ts";

/** @throws AccessError `bad_input`, `unknown_agent` */
export function sessionNamed({ gateway }: Call, key: string, agentId?: string): SessionName {
  const config = gateway.config();
  const owner = agentId === undefined ? defaultAgent(config) : chooseAgent(config, agentId);
  const named = parseSessionKey(key, owner);
  if (agentId !== undefined && named.agent !== owner)
    throw new AccessError(
      "bad_input",
      `The session ${named.key} is not one of the agent ${owner}. Leave the agent out, or name a session of it.`,
    );
  return { ...named, agent: chooseAgent(config, named.agent) };
}

export const defaultsFor = ({ gateway }: Call, agent: AgentId): readonly ModelRef[] =>
  defaultsOf(gateway, agent);

export const storedSession = (call: Call, { agent, key }: SessionName): Promise<Session | undefined> =>
  call.plane.sessions.find(agent, key);

/** What chat commands work with. */
export async function contextOf(call: Call, name: SessionName): Promise<CommandContext> {
  const { gateway, deps, plane } = call;
  const live = gateway.agents.get(name.agent) ?? (await gateway.agents.load(name.agent));
  const session = (await storedSession(call, name)) ?? newSession(name.key, randomUUID(), gateway.now());
  return {
    ...name,
    gateway,
    deps,
    sessions: plane.sessions,
    chats: plane.chats,
    live,
    defaults: defaultsFor(call, name.agent),
    session,
    version: plane.version,
  };
}

type RowParts = Pick<Call, "gateway"> & { readonly plane: Pick<PlaneFacts, "chats"> };

export function rowOf({ gateway, plane }: RowParts, session: Session, agent: AgentId) {
  const defaults = defaultsOf(gateway, agent);
  const model = activeModel(session, defaults);
  const contextTokens = model && windowOf(gateway.config(), model);
  return sessionRow(session, { defaults, active: plane.chats.active(session.key), contextTokens });
}
