// GET /ready and /readyz: model calls can be served.
import { replyJson } from "../reply.ts";
import type { Route } from "../route.ts";

const at = (path: string): Route => ({
  method: "GET",
  path,
  open: true,
  handle(_request, response, gateway) {
    const failing = gateway.failing();
    const report = { ready: failing.length === 0, failing, uptimeMs: gateway.now() - gateway.startedAt };
    replyJson(response, report.ready ? 200 : 503, report);
  },
});

export const ready = [at("/ready"), at("/readyz")];
