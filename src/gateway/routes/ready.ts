// GET /ready and /readyz: model calls can be served.
import type { LiveAgents } from "../../access/live-agents.ts";
import type { Gateway } from "../gateway.ts";
import { replyJson, replyPage } from "../reply.ts";
import type { ReloadReport } from "../settings/reload.ts";
import type { Route } from "../route.ts";

const at = (path: string): Route => ({
  method: "GET",
  path,
  open: true,
  async handle(_request, response, gateway) {
    if (gateway.pageOf) return replyPage(response, await gateway.pageOf("ready"));
    const report = readyReport(gateway);
    replyJson(response, report.ready ? 200 : 503, report);
  },
});

export function readyReport(gateway: Gateway) {
  const failing = gateway.failing();
  return {
    ready: failing.length === 0,
    failing,
    // Who they are is told to those who may ask: `models status`, and the log.
    loginsNeeded: loginsNeeded(gateway.agents),
    ...settingsReport(gateway.reloaded()),
    uptimeMs: gateway.now() - gateway.startedAt,
    eventLoop: gateway.counts.eventLoop(),
  };
}

/** Why they were refused, with the place in the file, is told in the log and by `gateway status`. */
const settingsReport = (last: ReloadReport | undefined) => ({
  settings: last?.outcome === "rejected" ? "rejected" : "current",
  restartNeeded: last?.restart ?? [],
});

function loginsNeeded(agents: LiveAgents): number {
  const profiles = [...agents.all()].flatMap(({ view }) => view.snapshot.profiles);
  return new Set(profiles.filter(({ loginNeeded }) => loginNeeded).map(({ owner, id }) => `${owner} ${id}`))
    .size;
}

export const ready = [at("/ready"), at("/readyz")];
