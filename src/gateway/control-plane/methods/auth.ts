// Auth profiles: seen, put back to use, removed, asked what is left of them. Named after `openclaw models auth …`.
import * as v from "valibot";
import type { LogoutReport, LogoutTarget } from "../../../access/logout.ts";
import { AccessError } from "../../../core/errors.ts";
import type { AgentId } from "../../../core/ids.ts";
import { MAIN_AGENT, parseProfileId, parseProviderId } from "../../../core/ids.ts";
import type { Call } from "../method.ts";
import { method, written } from "../method.ts";
import { agentId, name } from "../params.ts";

const STILL_THERE = "Nothing is revoked at the provider: a key that may have leaked is to be revoked there.";

export const authMethods = {
  "models.auth.list": method(
    "operator.read",
    v.strictObject({ agentId, provider: v.optional(name) }),
    async ({ deps, gateway }, { agentId: agent, provider }) => {
      await written(gateway);
      const { listProfiles } = await import("../../../access/auth-list.ts");
      const only = provider === undefined ? undefined : parseProviderId(provider);
      return await listProfiles(deps, { agent, provider: only });
    },
  ),

  "models.auth.retry": method(
    "operator.admin",
    v.strictObject({ agentId, profileId: name }),
    async ({ deps, gateway }, { agentId: agent, profileId }) => {
      const { retryProfile } = await import("../../../access/retry.ts");
      await written(gateway);
      const report = await retryProfile(deps, { agent, profileId });
      await gateway.agents.refresh(report.owner);
      return report;
    },
  ),

  /** Asks the providers now. */
  "models.auth.usage": method(
    "operator.write",
    v.strictObject({ agentId, provider: v.optional(name) }),
    async ({ deps, gateway }, { agentId: agent, provider }) => {
      const [{ askUsage }, { statusAgent, readStatus }] = await Promise.all([
        import("../../../access/usage.ts"),
        import("../../../access/status.ts"),
      ]);
      const warnings: string[] = [];
      const only = provider === undefined ? undefined : parseProviderId(provider);
      const asked = await askUsage(deps, {
        agent: statusAgent(deps, { agent }),
        only: (profile) => only === undefined || profile.provider === only,
        warn: (sentence) => warnings.push(sentence),
      });
      const { report } = await readStatus(deps, { agent, asked });
      await gateway.agents.refresh(statusAgent(deps, { agent }));
      return { ...report.usage, warnings };
    },
  ),

  /** One profile, of one agent. */
  "models.auth.logout": method(
    "operator.admin",
    v.strictObject({ agentId, profileId: name }),
    async (call, { agentId: agent, profileId }) => {
      const report = await remove(call, { profileId: parseProfileId(profileId) }, agent);
      return { ...report, note: STILL_THERE };
    },
  ),

  /** All of a provider, of every agent unless one is named; nothing to remove is no error (gateway spec §6). */
  "models.authLogout": method(
    "operator.admin",
    v.strictObject({ agentId, provider: name }),
    async (call, { agentId: agent, provider }) => {
      const target = { provider: parseProviderId(provider) };
      const { runs } = call.gateway;
      const using = runs.at(target.provider);
      const removed = new Set<string>();
      for (const one of agent === undefined ? agentsOf(call) : [agent]) {
        const report = await remove(call, target, one).catch(noneThere);
        for (const { id } of report?.removed ?? []) removed.add(id);
      }
      return {
        provider: target.provider,
        removedProfiles: [...removed],
        abortedRunIds: runs.revoke(using),
        ...(removed.size > 0 ? { note: STILL_THERE } : {}),
      };
    },
  ),
};

const agentsOf = ({ deps }: Call): AgentId[] => [
  ...new Set([...deps.config().agents.map(({ id }) => id), MAIN_AGENT]),
];

async function remove(
  { deps, gateway }: Call,
  target: LogoutTarget,
  agent: AgentId | undefined,
): Promise<LogoutReport> {
  const { logout, planLogout } = await import("../../../access/logout.ts");
  const report = await logout(deps, await planLogout(deps, { target, agent }));
  // From here on no call gets it.
  await gateway.agents.refresh(report.agentId);
  return report;
}

function noneThere(error: unknown): undefined {
  if (error instanceof AccessError && error.code === "unknown_profile") return undefined;
  throw error;
}
