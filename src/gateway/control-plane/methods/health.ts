// `health` and `status`: how the gateway fares, in the forms that OpenClaw's clients know; ours are `ready`, `failing`,
// `settings`, `loginsNeeded`.
import { defaultAgent } from "../../../access/read-view.ts";
import type { Gateway } from "../../gateway.ts";
import type { PlaneFacts } from "../method.ts";
import { method } from "../method.ts";
import { anything } from "../params.ts";
import { healthSessions, sessionsByAgent, statusSessions } from "../session-facts.ts";
import { windowOf } from "../../../access/context-window.ts";

/** The event of each change does not count conversations; clients want the form. */
const UNCOUNTED = { path: "", count: 0, recent: [] } as const;

export function gatewayHealth(gateway: Gateway, plane: PlaneFacts) {
  const startedAt = performance.now();
  const config = gateway.config();
  const main = defaultAgent(config);
  const failing = gateway.failing();
  const last = gateway.reloaded();
  const profiles = [...gateway.agents.all()].flatMap(({ view }) => view.snapshot.profiles);
  const needed = profiles.filter(({ loginNeeded }) => loginNeeded).map(({ owner, id }) => `${owner} ${id}`);
  return {
    ok: true,
    ts: gateway.now(),
    eventLoop: plane.eventLoop(),
    plugins: { loaded: [], errors: [] },
    configReload: { hotReloadStatus: config.gateway.reload.mode === "off" ? "disabled" : "active" },
    modelPricing: { state: "ok", sources: [] },
    channels: {},
    channelOrder: [],
    channelLabels: {},
    heartbeatSeconds: 0,
    defaultAgentId: main,
    agents: config.agents.map(({ id }) => ({
      agentId: id,
      isDefault: id === main,
      heartbeat: { enabled: false, every: "0m", everyMs: null },
      sessions: UNCOUNTED,
    })),
    sessions: UNCOUNTED,
    ready: failing.length === 0,
    failing,
    settings: last?.outcome === "rejected" ? "rejected" : "current",
    ...(last?.error === undefined ? {} : { settingsError: last.error }),
    restartNeeded: last?.restart ?? [],
    loginsNeeded: new Set(needed).size,
    uptimeMs: gateway.now() - gateway.startedAt,
    durationMs: Math.round(performance.now() - startedAt),
  };
}

const NO_TASKS = { total: 0, active: 0, terminal: 0, failures: 0, byStatus: {}, byRuntime: {} } as const;

export const healthMethods = {
  health: method("operator.read", anything, async (call) => {
    const health = gatewayHealth(call.gateway, call.plane);
    const all = await sessionsByAgent(call);
    const counted = new Map(all.map((each) => [each.agent, healthSessions(each, health.ts)]));
    const of = (agent: string) => counted.get(agent) ?? UNCOUNTED;
    return {
      ...health,
      agents: health.agents.map((row) => ({ ...row, sessions: of(row.agentId) })),
      sessions: of(health.defaultAgentId),
    };
  }),

  status: method("operator.read", anything, async (call) => {
    const { gateway, plane } = call;
    const { defaultModelOf } = await import("../../../config/model-names.ts");
    const { formatModelRef } = await import("../../../core/model-ref.ts");
    const config = gateway.config();
    const { ref } = defaultModelOf(config).resolved;
    const model = formatModelRef(ref);
    return {
      runtimeVersion: plane.version,
      heartbeat: { defaultAgentId: defaultAgent(config), agents: [] },
      channelSummary: [],
      queuedSystemEvents: [],
      tasks: NO_TASKS,
      taskAudit: { total: 0, warnings: 0, errors: 0, byCode: {} },
      sessions: {
        defaults: { model, contextTokens: windowOf(config, ref) ?? null },
        ...statusSessions(call, await sessionsByAgent(call)),
      },
    };
  }),
};
