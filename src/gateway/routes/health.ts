// GET /health and /healthz: the process answers.
import { replyJson } from "../reply.ts";
import type { Route } from "../route.ts";

const at = (path: string): Route => ({
  method: "GET",
  path,
  open: true,
  handle: (_request, response) => replyJson(response, 200, { ok: true, status: "live" }),
});

export const health = [at("/health"), at("/healthz")];
