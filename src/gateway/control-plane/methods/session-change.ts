// Conversations begun, changed, begun again, removed. The store tells of each change: see told-sessions.ts.
import { randomUUID } from "node:crypto";
import * as v from "valibot";
import type { LiveAgent } from "../../../access/live-agent.ts";
import { AccessError } from "../../../core/errors.ts";
import type { ProfileId } from "../../../core/ids.ts";
import type { ModelRef } from "../../../core/model-ref.ts";
import type { Session, SessionName } from "../../../core/session.ts";
import { choose, mainSessionKey, newSession, turnPlan } from "../../../core/session.ts";
import { labelled } from "../../../core/session-label.ts";
import { wantedIn } from "../../chat/choice.ts";
import { refuseThinking } from "../../chat/thinking.ts";
import { beginAgain } from "../../chat/commands/new.ts";
import { contextOf, defaultsFor, sessionNamed, storedSession } from "../conversation.ts";
import type { Call } from "../method.ts";
import { method } from "../method.ts";
import { agentId, alsoKnown, name } from "../params.ts";
import { message, send } from "../sending.ts";
import { AGENT_RUNTIME, sessionEntry } from "../session-row.ts";
import type { SettingsAsked } from "../session-settings.ts";
import { settings, THINKING_LEVELS, withSettings } from "../session-settings.ts";

const one = { key: name, agentId };

export const sessionChangeMethods = {
  "sessions.create": method(
    "operator.write",
    v.strictObject({
      key: v.optional(name),
      agentId,
      model: v.optional(name),
      message: v.optional(message),
      label: v.optional(v.string()),
      ...alsoKnown("task", "parentSessionKey", "emitCommandHooks"),
    }),
    create,
  ),

  "sessions.patch": method(
    "operator.admin",
    v.strictObject({
      ...one,
      model: v.optional(v.nullable(name)),
      ...settings,
      label: v.optional(v.nullable(v.string())),
      ...alsoKnown("category", "archived", "pinned", "unread"),
    }),
    patch,
  ),

  "sessions.reset": method(
    "operator.admin",
    v.strictObject({ ...one, ...alsoKnown("reason") }),
    async (call, { key, agentId: agent }) => {
      const named = sessionNamed(call, key, agent);
      await beginAgain(await contextOf(call, named));
      const session = await storedSession(call, named);
      return { ok: true, key: named.key, entry: session ? sessionEntry(session) : {} };
    },
  ),

  "sessions.delete": method(
    "operator.admin",
    v.strictObject({
      ...one,
      ...alsoKnown("deleteTranscript", "expectedSessionId", "emitLifecycleHooks", "archivedOnly"),
    }),
    async (call, { key, agentId: agent }) => {
      const named = sessionNamed(call, key, agent);
      if (named.key === mainSessionKey(named.agent))
        throw new AccessError(
          "bad_input",
          `Cannot delete the main session (${named.key}). Reset it instead.`,
        );
      call.plane.chats.abort(named.key, "stop");
      const before = await storedSession(call, named);
      if (before) await call.plane.sessions.update(named.agent, named.key, () => ({ session: null }));
      return { ok: true, key: named.key, deleted: before !== undefined, archived: [] };
    },
  ),
};

interface Created {
  readonly key?: string | undefined;
  readonly agentId?: string | undefined;
  readonly model?: string | undefined;
  readonly message?: string | undefined;
  readonly label?: string | undefined;
}

async function create(call: Call, asked: Created) {
  const named = sessionNamed(call, asked.key ?? `dashboard:${randomUUID()}`, asked.agentId);
  const session = await chosen(call, named, asked.model, { label: asked.label });
  const sent =
    asked.message === undefined
      ? undefined
      : await send(call, { sessionKey: named.key, message: asked.message, idempotencyKey: randomUUID() });
  return {
    ok: true,
    key: named.key,
    sessionId: session.sessionId,
    entry: sessionEntry(session),
    runStarted: sent !== undefined,
    ...(sent ? { runId: sent.runId } : {}),
  };
}

type Patched = SettingsAsked & {
  readonly key: string;
  readonly agentId?: string | undefined;
  readonly model?: string | null | undefined;
} & Pick<How, "label">;

async function patch(call: Call, asked: Patched) {
  const named = sessionNamed(call, asked.key, asked.agentId);
  const session = await chosen(call, named, asked.model, asked);
  const [model] = turnPlan(session, defaultsFor(call, named.agent)).models;
  return {
    ok: true,
    path: call.deps.paths().stateDir,
    key: named.key,
    entry: sessionEntry(session),
    resolved: {
      modelProvider: model!.provider,
      model: model!.model,
      agentRuntime: AGENT_RUNTIME,
      thinkingLevel: session.thinking ?? "off",
      thinkingLevels: THINKING_LEVELS,
    },
  };
}

type How = SettingsAsked & { readonly label?: string | null | undefined };

/** The conversation, begun if need be, with the model that is asked for. @param model `null` takes the choice back */
async function chosen(
  call: Call,
  { agent, key }: SessionName,
  model: string | null | undefined,
  asked: How = {},
): Promise<Session> {
  const { gateway, live, defaults, session: before } = await contextOf(call, { agent, key });
  const wanted = model ? wantedIn(model, gateway.config(), live) : undefined;
  const choice =
    model === null
      ? { model: null, profile: null }
      : wanted
        ? { model: wanted.model, profile: wanted.profile ?? pinFor(wanted.model, before, live) }
        : {};
  const others = asked.label ? await call.plane.sessions.list(agent) : [];
  const withLabel = labelled(key, asked.label, others);
  const now = gateway.now();
  const session = await call.plane.sessions.update(agent, key, (stored) => {
    const held = choose(stored ?? newSession(key, randomUUID(), now), choice, defaults);
    const after = withLabel(withSettings(held, asked));
    if (asked.thinkingLevel)
      refuseThinking(after.thinking, gateway.config(), turnPlan(after, defaults).models[0]!);
    return { session: { ...after, updatedAt: now } };
  });
  await call.plane.chats.foresee(key);
  return session!;
}

/** A pin stays with its provider: no other provider's model could be served by it. */
function pinFor({ provider }: ModelRef, { profile }: Session, { view }: LiveAgent): ProfileId | null {
  if (profile?.source !== "user") return null;
  const pinned = view.snapshot.profiles.find(({ id }) => id === profile.id);
  return (pinned?.provider ?? profile.id.split(":", 1)[0]) === provider ? profile.id : null;
}
