// A run of an agent that is waited for: accepted at once, then its result on the same request.
import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { Refused } from "../refused.ts";
import type { KnownRun } from "../../chat/chats.ts";
import type { TurnEnd } from "../../chat/turn.ts";
import { textOf } from "../../../core/session.ts";
import { sessionNamed } from "../conversation.ts";
import { method } from "../method.ts";
import { agentId, alsoKnown, name } from "../params.ts";
import { answeredByCommand, attachments, contentOf, message, refuseForeign } from "../sending.ts";

const LONGEST_WAIT_MS = 24 * 3_600_000;

export const agentRunMethods = {
  agent: method(
    "operator.write",
    v.strictObject({
      message,
      idempotencyKey: name,
      agentId,
      sessionKey: v.optional(name),
      attachments,
      /** seconds, as OpenClaw has it; 0: none */
      timeout: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(LONGEST_WAIT_MS / 1000))),
      ...alsoKnown("sessionId", "thinking", "deliver", "lane", "label", "channel", "to"),
      ...alsoKnown("extraSystemPrompt", "bestEffortDeliver", "replyTo", "replyChannel"),
      ...alsoKnown("cleanupBundleMcpOnRunEnd", "accountId", "replyAccountId", "threadId", "cwd"),
      ...alsoKnown("groupId", "groupChannel", "groupSpace", "inputProvenance", "voiceWakeTrigger"),
    }),
    async (call, asked) => {
      const runId = asked.idempotencyKey;
      const named = sessionNamed(call, asked.sessionKey ?? `agent-run:${randomUUID()}`, asked.agentId);
      const { chats } = call.plane;
      const known = chats.find(runId);
      if (known && asked.sessionKey !== undefined) refuseForeign(known, named.key);
      // A person who names a conversation means its commands.
      if (!known && asked.sessionKey !== undefined)
        await answeredByCommand(call, named, asked.message, runId);
      const run = chats.find(runId) ?? chats.send({ ...named, runId, content: contentOf(asked) }).run;
      if (!run.end)
        call.early({ runId, sessionKey: run.sessionKey, status: "accepted", acceptedAt: run.startedAt });
      const timer = asked.timeout
        ? setTimeout(() => chats.abort(run.sessionKey, "timeout", runId), asked.timeout * 1000)
        : undefined;
      return resultOf(runId, await run.ended.finally(() => clearTimeout(timer)));
    },
  ),

  "agent.wait": method(
    "operator.read",
    v.strictObject({
      runId: name,
      timeoutMs: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(LONGEST_WAIT_MS))),
    }),
    async ({ plane }, { runId, timeoutMs = 30_000 }) => {
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

async function within({ ended }: KnownRun, ms: number): Promise<TurnEnd | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  return await Promise.race([ended, late]).finally(() => clearTimeout(timer));
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
