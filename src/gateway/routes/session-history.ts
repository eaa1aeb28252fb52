// GET /sessions/{key}/history: what was said in a session (gateway spec §2).
import type { ServerResponse } from "node:http";
import { defaultAgent } from "../../access/read-view.ts";
import { parseSessionKey } from "../../core/session.ts";
import type { Gateway } from "../gateway.ts";
import { replyJson, replyNotOk } from "../reply.ts";
import type { Route } from "../route.ts";

const MOST_ROWS = 1000;

export const sessionHistory: Route = {
  method: "GET",
  path: "/sessions/",
  scope: "read",
  summary: "What was said in a session: /sessions/{key}/history",
  handle: async ({ url = "" }, response, gateway, caller) => {
    const { pathname, searchParams } = new URL(url, "http://gateway");
    const [, encoded] = /^\/sessions\/([^/]+)\/history$/.exec(pathname) ?? [];
    const key = encoded === undefined ? undefined : decoded(encoded);
    const most = Math.min(Math.trunc(Number(searchParams.get("limit"))) || MOST_ROWS, MOST_ROWS);
    // Conversations are the operator's.
    if (key !== undefined && caller.kind !== "key" && (await replied(response, gateway, key, most))) return;
    replyNotOk(response, 404, "not_found", "There is no such session.");
  },
};

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

async function replied(
  response: ServerResponse,
  gateway: Gateway,
  text: string,
  most: number,
): Promise<boolean> {
  const talks = await gateway.talks?.();
  const { agent, key } = parseSessionKey(text, defaultAgent(gateway.config()));
  const session = gateway.config().agents.some(({ id }) => id === agent)
    ? await talks?.sessions.find(agent, key)
    : undefined;
  if (!talks || !session) return false;
  const messages = await talks.sessions.messages(agent, session.sessionId, Math.max(1, most));
  replyJson(response, 200, {
    sessionKey: key,
    sessionId: session.sessionId,
    messages,
    items: messages,
    hasMore: messages.length < session.messages,
  });
  return true;
}
