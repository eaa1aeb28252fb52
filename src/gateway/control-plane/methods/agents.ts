// The configured agents: listed, made, changed, removed.
import * as v from "valibot";
import { defaultAgent } from "../../../access/read-view.ts";
import { MAIN_AGENT } from "../../../core/ids.ts";
import { fresh, method } from "../method.ts";
import { agentId, folder, name, nothing } from "../params.ts";
import { THINKING_LEVELS } from "../session-settings.ts";

const entry = { workspace: v.optional(folder), model: v.optional(name) };

export const agentMethods = {
  "agents.list": method("operator.read", nothing, async ({ deps }) => {
    const { listAgents } = await import("../../../access/agents-list.ts");
    const config = deps.config();
    const { agents, warnings } = listAgents(deps);
    return {
      defaultId: defaultAgent(config),
      mainKey: MAIN_AGENT,
      scope: "per-sender",
      agents: agents.map(({ id, name: title, workspace, model: primary }) => {
        const own = config.agents.find((agent) => agent.id === id)?.model;
        const fallbacks = own ? own.fallbacks : config.defaultModel.fallbacks;
        return {
          id,
          ...(title === undefined ? {} : { name: title }),
          workspace,
          ...(primary === undefined ? {} : { model: { primary, ...(fallbacks ? { fallbacks } : {}) } }),
          agentRuntime: { id: "auto", source: "implicit" },
          thinkingLevels: THINKING_LEVELS,
          thinkingOptions: THINKING_LEVELS.map(({ label }) => label),
          thinkingDefault: "off",
        };
      }),
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  }),

  "agents.create": method(
    "operator.admin",
    v.strictObject({ ...entry, name, workspace: folder }),
    async ({ deps }, asked) => {
      const { addAgent } = await import("../../../access/agents-add.ts");
      return { ok: true, ...(await addAgent(fresh(deps), asked)) };
    },
  ),

  /** A `model` of `null` is the default again. */
  "agents.update": method(
    "operator.admin",
    v.strictObject({ ...entry, agentId: name, name: v.optional(name), model: v.optional(v.nullable(name)) }),
    async ({ deps }, { agentId: agent, ...asked }) => {
      const { updateAgent } = await import("../../../access/agents-update.ts");
      return { ok: true, ...(await updateAgent(fresh(deps), { agent, ...asked })) };
    },
  ),

  /** Its folders go to the trash. */
  "agents.delete": method(
    "operator.admin",
    v.strictObject({ agentId: name }),
    async ({ deps, plane }, { agentId: agent }) => {
      const { deleteAgent } = await import("../../../access/agents-delete.ts");
      const deleted = await deleteAgent(fresh(deps), agent);
      plane.chats.abortGone((id) => id === deleted.agentId);
      return { ok: true, ...deleted };
    },
  ),

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
