// GET /sessions/{key}/history: what was said in a session (gateway spec §2).
import { replyNotOk } from "../reply.ts";
import type { Route } from "../route.ts";

export const sessionHistory: Route = {
  method: "GET",
  path: "/sessions/",
  scope: "read",
  summary: "What was said in a session: /sessions/{key}/history",
  handle: (_request, response) => replyNotOk(response, 404, "not_found", "There is no such session."),
};
