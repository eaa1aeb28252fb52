// GET /metrics, and the address under which OpenClaw has it: counts for Prometheus. For operators alone: it names
// providers, models and profiles (OpenClaw docs, "Prometheus metrics").
import type { Route } from "../route.ts";

const at = (path: string): Route => ({
  method: "GET",
  path,
  summary: "Counts of calls, tokens, failovers and credentials, as Prometheus reads them",
  async handle(_request, response, gateway) {
    const { metricsPage } = await import("../metrics/page.ts");
    const { type, text } = await metricsPage(gateway);
    const body = Buffer.from(text);
    response
      .writeHead(200, {
        "content-type": type,
        "content-length": body.length,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
      })
      .end(body);
  },
});

export const metrics = [at("/metrics"), at("/api/diagnostics/prometheus")];
