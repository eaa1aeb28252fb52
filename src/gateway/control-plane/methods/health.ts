// `health` and `status`: how the gateway fares, in the forms that OpenClaw's clients know; ours are `ready`, `failing`,
// `settings`, `loginsNeeded`.
import { defaultAgent } from "../../../access/read-view.ts";
import type { Gateway } from "../../gateway.ts";
import type { PlaneFacts } from "../method.ts";
import { method } from "../method.ts";
import { anything } from "../params.ts";

/** No session is kept here yet; clients want the form. */
export const NO_SESSIONS = { path: "", count: 0, recent: [] } as const;

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
      sessions: NO_SESSIONS,
    })),
    sessions: NO_SESSIONS,
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
  health: method("operator.read", anything, ({ gateway, plane }) => gatewayHealth(gateway, plane)),

  status: method("operator.read", anything, async ({ gateway, plane }) => {
    const { defaultModelOf } = await import("../../../config/model-names.ts");
    const { formatModelRef } = await import("../../../core/model-ref.ts");
    const config = gateway.config();
    const model = formatModelRef(defaultModelOf(config).resolved.ref);
    return {
      runtimeVersion: plane.version,
      heartbeat: { defaultAgentId: defaultAgent(config), agents: [] },
      channelSummary: [],
      queuedSystemEvents: [],
      tasks: NO_TASKS,
      taskAudit: { total: 0, warnings: 0, errors: 0, byCode: {} },
      sessions: {
        paths: [],
        count: 0,
        defaults: { model, contextTokens: null },
        recent: [],
        byAgent: [],
      },
    };
  }),
};
