// GET /metrics, and the address under which OpenClaw has it: counts for Prometheus. For operators alone: it names
// providers, models and profiles (OpenClaw docs, "Prometheus metrics").
import { replyPage } from "../reply.ts";
import type { Route } from "../route.ts";

const at = (path: string): Route => ({
  method: "GET",
  path,
  summary: "Counts of calls, tokens, failovers and credentials, as Prometheus reads them",
  async handle(_request, response, gateway) {
    if (gateway.pageOf) return replyPage(response, await gateway.pageOf("metrics"));
    const { metricsPage } = await import("../metrics/page.ts");
    replyPage(response, { status: 200, ...(await metricsPage(gateway)) });
  },
});

export const metrics = [at("/metrics"), at("/api/diagnostics/prometheus")];
