// A message whose run ended with the gateway that had it: windows that were open wait for its end.
import type { ChatMessage, SessionName } from "../../core/session.ts";
import type { Call } from "./method.ts";

/** @param last the newest row of the conversation */
export function tellLostRun(call: Call, { agent, key }: SessionName, last: ChatMessage | undefined): void {
  const { chats, news } = call.plane;
  const runId = last?.role === "user" ? last.runId : undefined;
  if (runId === undefined || chats.find(runId) || chats.active(key).includes(runId)) return;
  if (!news.isFirst(call.peer.connId, runId)) return;
  const end = { state: "aborted", stopReason: "shutdown", errorMessage: "no answer came to it" };
  // Behind the history, in which it would be wiped out.
  setImmediate(() => call.tell("chat", { runId, sessionKey: key, agentId: agent, seq: 1, ...end }));
}
