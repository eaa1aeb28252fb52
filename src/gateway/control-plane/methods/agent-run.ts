// A run of an agent that is waited for: accepted at once, then its result on the same request.
import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { AccessError } from "../../../core/errors.ts";
import { Refused } from "../refused.ts";
import type { KnownRun } from "../../chat/chats.ts";
import type { TurnEnd } from "../../chat/turn-end.ts";
import { wantedIn } from "../../chat/choice.ts";
import { commandIn } from "../../chat/commands.ts";
import { saidDigest } from "../../chat/said.ts";
import { refuseThinking } from "../../chat/thinking.ts";
import type { SessionName } from "../../../core/session.ts";
import { textOf, turnPlan } from "../../../core/session.ts";
import { parseThinking } from "../../../core/thinking.ts";
import { contextOf, sessionNamed } from "../conversation.ts";
import type { Call } from "../method.ts";
import { holds, method } from "../method.ts";
import { agentId, alsoKnown, name } from "../params.ts";
import { invalid } from "../protocol.ts";
import { answeredByCommand, attachments, contentOf, message } from "../sending.ts";

const LONGEST_WAIT_MS = 24 * 3_600_000;

export const agentRunMethods = {
  agent: method(
    "operator.write",
    v.strictObject({
      message,
      idempotencyKey: name,
      agentId,
      sessionKey: v.optional(name),
      sessionId: v.optional(name),
      /** for this run alone */
      model: v.optional(name),
      provider: v.optional(name),
      thinking: v.optional(name),
      attachments,
      /** seconds, as OpenClaw has it; 0: none */
      timeout: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(LONGEST_WAIT_MS / 1000))),
      ...alsoKnown("deliver", "lane", "label", "channel", "to"),
      ...alsoKnown("extraSystemPrompt", "bestEffortDeliver", "replyTo", "replyChannel"),
      ...alsoKnown("cleanupBundleMcpOnRunEnd", "accountId", "replyAccountId", "threadId", "cwd"),
      ...alsoKnown("groupId", "groupChannel", "groupSpace", "inputProvenance", "voiceWakeTrigger"),
    }),
    async (call, asked) => {
      call.pends();
      const runId = asked.idempotencyKey;
      const { chats } = call.plane;
      const { run, forgotten } = await chats.coming(runId, () => begun(call, asked));
      if (!run.end)
        call.early({ runId, sessionKey: run.sessionKey, status: "accepted", acceptedAt: run.startedAt });
      const timer = asked.timeout
        ? setTimeout(() => chats.abort(run.sessionKey, "timeout", runId), asked.timeout * 1000)
        : undefined;
      const end = await run.ended.finally(() => clearTimeout(timer));
      if (forgotten) await forget(call, forgotten);
      return resultOf(runId, end);
    },
  ),

  "agent.wait": method(
    "operator.read",
    v.strictObject({
      runId: name,
      timeoutMs: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(LONGEST_WAIT_MS))),
    }),
    async ({ plane, pends }, { runId, timeoutMs = 30_000 }) => {
      pends();
      const run = plane.chats.find(runId);
      const end = run && (await within(run, timeoutMs));
      if (!end) return { runId, status: "timeout", ...(run ? { startedAt: run.startedAt } : {}) };
      const { startedAt, endedAt } = end;
      return {
        runId,
        status: end.kind === "error" ? "error" : "ok",
        startedAt,
        endedAt,
        ...(end.kind === "error" ? { error: end.error } : { stopReason: end.stopReason }),
      };
    },
  ),
};

interface Asked {
  readonly message: string;
  readonly idempotencyKey: string;
  readonly agentId?: string | undefined;
  readonly sessionKey?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
  readonly thinking?: string | undefined;
  readonly attachments?: Parameters<typeof contentOf>[0]["attachments"];
}

/** Where OpenClaw's command line puts a conversation that is named by an id alone. */
const BY_ID = /^(?:agent:[^:]+:)?explicit:/;

/**
 * The conversation that goes on: by its key, by its id, the main one of an agent; `undefined`: a run of its own.
 *
 * @throws AccessError `bad_input`, `unknown_agent`
 */
async function conversationOf(
  call: Call,
  { agentId: agent, sessionKey, sessionId }: Asked,
): Promise<SessionName | undefined> {
  if (sessionId !== undefined && (sessionKey === undefined || BY_ID.test(sessionKey))) {
    const named = sessionNamed(call, sessionKey ?? `explicit:${sessionId}`, agent);
    const sessions = await call.plane.sessions.list(named.agent);
    const found = sessions.find((session) => session.sessionId === sessionId);
    return found ? { ...named, key: found.key } : named;
  }
  if (sessionKey !== undefined) return sessionNamed(call, sessionKey, agent);
  return agent === undefined ? undefined : sessionNamed(call, "main", agent);
}

interface Begun {
  readonly run: KnownRun;
  /** its conversation, when it ends with it */
  readonly forgotten: SessionName | undefined;
}

/** The run that is asked for, also when it was before. @throws AccessError, Refused */
async function begun(call: Call, asked: Asked): Promise<Begun> {
  const { chats } = call.plane;
  const runId = asked.idempotencyKey;
  const meant = await conversationOf(call, asked);
  const named = meant ?? sessionNamed(call, `agent-run:${randomUUID()}`, asked.agentId);
  const known = chats.again(runId, saidDigest(asked), meant?.key);
  if (meant) refuseReset(call, asked.message);
  // Who names a conversation means its commands.
  if (!known && meant) await answeredByCommand(call, named, asked, runId);
  const run = chats.again(runId, saidDigest(asked)) ?? (await begin(call, named, asked));
  return { run, forgotten: meant || known ? undefined : named };
}

/** @throws AccessError `bad_input`, `unknown_model`, `unknown_profile` */
async function begin(call: Call, named: SessionName, asked: Asked): Promise<KnownRun> {
  const { model, provider, thinking } = asked;
  if (provider !== undefined && model === undefined)
    throw new AccessError("bad_input", `provider ${provider} goes with a model of it. Give model, too.`);
  const { gateway, live, defaults, session } = await contextOf(call, named);
  const text = model && provider && !model.includes("/") ? `${provider}/${model}` : model;
  const wanted = text === undefined ? undefined : wantedIn(text, gateway.config(), live);
  const level = thinking === undefined ? undefined : parseThinking(thinking);
  refuseThinking(level, gateway.config(), wanted?.model ?? turnPlan(session, defaults).models[0]!);
  const turn = {
    ...named,
    runId: asked.idempotencyKey,
    content: contentOf(asked),
    ...(wanted
      ? { plan: { models: [wanted.model], ...(wanted.profile ? { pin: wanted.profile } : {}) } }
      : {}),
    ...(level ? { thinking: level } : {}),
  };
  return call.plane.chats.send(turn, saidDigest(asked));
}

/** Nobody can go on with a run of its own: it leaves no conversation, only its receipt. */
async function forget({ gateway, plane }: Call, { agent, key }: SessionName): Promise<void> {
  try {
    await plane.sessions.update(agent, key, (stored) => (stored ? { session: null } : undefined));
  } catch (error) {
    gateway.log.error(error, `The conversation ${key} could not be removed`);
  }
}

async function within({ ended }: KnownRun, ms: number): Promise<TurnEnd | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  return await Promise.race([ended, late]).finally(() => clearTimeout(timer));
}

/** To begin anew takes as much here as `sessions.reset` does. @throws Refused */
function refuseReset({ peer }: Call, text: string): void {
  const command = commandIn(text)?.command.name;
  if ((command === "new" || command === "reset") && !holds(peer.scopes, "operator.admin"))
    throw new Refused(invalid("missing scope: operator.admin"));
}

/** @throws Refused when there is no answer */
function resultOf(runId: string, end: TurnEnd) {
  if (end.kind === "error") throw new Refused({ code: "UNAVAILABLE", message: end.error });
  const { message: said, startedAt, endedAt, stopReason } = end;
  const { provider, model, usage } = said;
  return {
    runId,
    status: "ok",
    summary: end.kind === "ok" ? "completed" : "aborted",
    result: {
      payloads: [{ text: textOf(said), mediaUrl: null }],
      meta: {
        durationMs: endedAt - startedAt,
        stopReason,
        agentMeta: { provider, model, ...(usage ? { usage } : {}) },
      },
    },
  };
}
