// Every method and event of the control plane. One file per group in methods/.
import type { Method } from "./method.ts";
import { accessMethods } from "./methods/access.ts";
import { agentRunMethods } from "./methods/agent-run.ts";
import { agentMethods } from "./methods/agents.ts";
import { authMethods } from "./methods/auth.ts";
import { chatMethods } from "./methods/chat.ts";
import { choiceMethods } from "./methods/choice.ts";
import { configMethods } from "./methods/config.ts";
import { docsMethods } from "./methods/docs.ts";
import { doctorMethods } from "./methods/doctor.ts";
import { elsewhereMethods } from "./methods/elsewhere.ts";
import { gatewayMethods } from "./methods/gateway.ts";
import { healthMethods } from "./methods/health.ts";
import { keyMethods } from "./methods/keys.ts";
import { loginMethods } from "./methods/login.ts";
import { logMethods } from "./methods/logs.ts";
import { modelMethods } from "./methods/models.ts";
import { orderMethods } from "./methods/order.ts";
import { pasteMethods } from "./methods/paste.ts";
import { probeMethods } from "./methods/probe.ts";
import { providerMethods } from "./methods/providers.ts";
import { runMethods } from "./methods/runs.ts";
import { schemaMethods } from "./methods/schema.ts";
import { secretMethods } from "./methods/secrets.ts";
import { sessionChangeMethods } from "./methods/session-change.ts";
import { sessionListMethods } from "./methods/session-list.ts";
import { sessionTalkMethods } from "./methods/session-talk.ts";
import { usageHistoryMethods } from "./methods/usage-history.ts";
import { wizardMethods } from "./methods/wizard.ts";
import { undoMethods } from "./methods/undo.ts";

export const METHODS: ReadonlyMap<string, Method> = new Map(
  Object.entries({
    ...healthMethods,
    ...modelMethods,
    ...authMethods,
    ...loginMethods,
    ...orderMethods,
    ...runMethods,
    ...agentMethods,
    ...chatMethods,
    ...sessionListMethods,
    ...sessionChangeMethods,
    ...sessionTalkMethods,
    ...agentRunMethods,
    ...configMethods,
    ...accessMethods,
    ...schemaMethods,
    ...gatewayMethods,
    ...secretMethods,
    ...choiceMethods,
    ...docsMethods,
    ...doctorMethods,
    ...keyMethods,
    ...logMethods,
    ...pasteMethods,
    ...probeMethods,
    ...providerMethods,
    ...undoMethods,
    ...usageHistoryMethods,
    ...wizardMethods,
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
  "chat",
  "agent",
  "sessions.changed",
  "session.message",
  "models.health",
  "models.loginNeeded",
  "models.auth.login",
  "models.auth.probe",
  "wizard.changed",
  "runs.started",
  "runs.ended",
  "gateway.reloaded",
  "gateway.keys.changed",
  "secrets.changed",
  "models.order",
  "models.usage",
] as const;
