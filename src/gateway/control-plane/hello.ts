// What a client is told once it is let in (gateway spec §4, "hello payload").
import { MAIN_AGENT } from "../../core/ids.ts";
import { defaultAgent } from "../../access/read-view.ts";
import type { CommandDeps } from "../../access/open-deps.ts";
import type { Gateway } from "../gateway.ts";
import type { Connection } from "./connection.ts";
import type { Admission } from "./handshake.ts";
import type { PlaneFacts } from "./method.ts";
import { holds } from "./method.ts";
import { EVENTS, METHODS } from "./methods.ts";
import { gatewayHealth } from "./methods/health.ts";
import { POLICY, PROTOCOL } from "./protocol.ts";

export interface HelloParts {
  readonly connection: Connection;
  readonly admission: Admission;
  readonly gateway: Gateway;
  readonly deps: CommandDeps;
  readonly plane: PlaneFacts;
  readonly stateVersion: { readonly presence: number; readonly health: number };
}

export function hello({ connection, admission, gateway, deps, plane, stateVersion }: HelloParts) {
  const agent = defaultAgent(gateway.config());
  const { scopes, deviceToken } = admission;
  const { configPath, stateDir } = deps.paths();
  const sees = holds(scopes, "operator.read");
  return {
    type: "hello-ok",
    protocol: PROTOCOL,
    server: { version: plane.version, connId: connection.connId },
    features: { methods: [...METHODS.keys()], events: EVENTS },
    snapshot: {
      presence: sees ? plane.presence() : [],
      health: sees ? gatewayHealth(gateway, plane) : { ok: true, ts: gateway.now() },
      stateVersion,
      uptimeMs: gateway.now() - gateway.startedAt,
      sessionDefaults: {
        defaultAgentId: agent,
        mainKey: MAIN_AGENT,
        mainSessionKey: `agent:${agent}:${MAIN_AGENT}`,
        scope: "per-sender",
      },
      ...(sees ? { configPath, stateDir } : {}),
      authMode: plane.authMode,
    },
    auth: {
      role: "operator",
      scopes,
      ...(deviceToken === undefined ? {} : { deviceToken, issuedAtMs: gateway.now() }),
    },
    policy: POLICY,
  };
}
