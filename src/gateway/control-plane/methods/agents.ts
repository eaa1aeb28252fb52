// The configured agents.
import * as v from "valibot";
import { defaultAgent } from "../../../access/read-view.ts";
import { MAIN_AGENT } from "../../../core/ids.ts";
import { method } from "../method.ts";
import { agentId, name, nothing } from "../params.ts";

export const agentMethods = {
  "agents.list": method("operator.read", nothing, async ({ deps }) => {
    const { listAgents } = await import("../../../access/agents-list.ts");
    const config = deps.config();
    const { agents, warnings } = listAgents(deps);
    return {
      defaultId: defaultAgent(config),
      mainKey: MAIN_AGENT,
      scope: "per-sender",
      agents: agents.map(({ id, name: label, workspace, model: primary }) => {
        const own = config.agents.find((agent) => agent.id === id)?.model;
        const fallbacks = own ? own.fallbacks : config.defaultModel.fallbacks;
        return {
          id,
          ...(label === undefined ? {} : { name: label }),
          workspace,
          ...(primary === undefined ? {} : { model: { primary, ...(fallbacks ? { fallbacks } : {}) } }),
          agentRuntime: { id: "auto", source: "implicit" },
          thinkingLevels: [{ id: "off", label: "off" }],
          thinkingOptions: ["off"],
          thinkingDefault: "off",
        };
      }),
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  }),

  "agent.identity.get": method(
    "operator.read",
    v.strictObject({ agentId, sessionKey: v.optional(name) }),
    async ({ deps }, asked) => {
      const { chooseAgent } = await import("../../../access/read-view.ts");
      const id = chooseAgent(deps.config(), asked.agentId ?? agentOfKey(asked.sessionKey));
      const label = deps.config().agents.find((agent) => agent.id === id)?.name ?? "Assistant";
      return { agentId: id, name: label, avatar: label.slice(0, 1), avatarStatus: "none" };
    },
  ),
};

/** `agent:<id>:…` */
const agentOfKey = (key: string | undefined): string | undefined => /^agent:([^:]+):/.exec(key ?? "")?.[1];
