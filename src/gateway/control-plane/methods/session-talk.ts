// Talking in a conversation by its key, and ending what is under way in it.
import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { sessionNamed, storedSession } from "../conversation.ts";
import { method } from "../method.ts";
import { agentId, alsoKnown, name } from "../params.ts";
import { message, send } from "../sending.ts";

export const sessionTalkMethods = {
  "sessions.send": method(
    "operator.write",
    v.strictObject({
      key: name,
      agentId,
      message,
      idempotencyKey: v.optional(name),
      ...alsoKnown("thinking", "attachments", "timeoutMs"),
    }),
    async (call, { key, message: text, idempotencyKey = randomUUID(), agentId: agent }) => {
      const named = sessionNamed(call, key, agent);
      const sent = await send(call, { sessionKey: key, message: text, idempotencyKey, agentId: agent });
      const session = await storedSession(call, named);
      return { ...sent, messageSeq: (session?.messages ?? 0) + 1 };
    },
  ),

  "sessions.abort": method(
    "operator.write",
    v.strictObject({ key: v.optional(name), runId: v.optional(name), agentId }),
    (call, { key, runId, agentId: agent }) => {
      const { chats } = call.plane;
      const runIds =
        key !== undefined
          ? chats.abort(sessionNamed(call, key, agent).key, "rpc", runId)
          : runId !== undefined && chats.abortRun(runId, "rpc")
            ? [runId]
            : [];
      const [abortedRunId = null] = runIds;
      const status = abortedRunId === null ? "no-active-run" : "aborted";
      return { ok: true, aborted: abortedRunId !== null, abortedRunId, runIds, status };
    },
  ),
};
