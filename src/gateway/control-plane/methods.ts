// Every method and event of the control plane. One file per group in methods/.
import type { Method } from "./method.ts";
import { agentMethods } from "./methods/agents.ts";
import { authMethods } from "./methods/auth.ts";
import { configMethods } from "./methods/config.ts";
import { elsewhereMethods } from "./methods/elsewhere.ts";
import { gatewayMethods } from "./methods/gateway.ts";
import { healthMethods } from "./methods/health.ts";
import { modelMethods } from "./methods/models.ts";
import { orderMethods } from "./methods/order.ts";
import { runMethods } from "./methods/runs.ts";

export const METHODS: ReadonlyMap<string, Method> = new Map(
  Object.entries({
    ...healthMethods,
    ...modelMethods,
    ...authMethods,
    ...orderMethods,
    ...runMethods,
    ...agentMethods,
    ...configMethods,
    ...gatewayMethods,
    ...elsewhereMethods,
  }),
);

/** `models.*` and `gateway.*` are ours; the others have the names and forms that OpenClaw's clients know. */
export const EVENTS = [
  "connect.challenge",
  "presence",
  "tick",
  "health",
  "shutdown",
  "models.health",
  "models.loginNeeded",
  "gateway.reloaded",
] as const;
