// Auth profiles: seen, put back to use, removed, asked what is left of them. Named after `openclaw models auth …`.
import * as v from "valibot";
import type { LogoutPlan, LogoutReport, LogoutTarget } from "../../../access/logout.ts";
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
      const { planLogout } = await import("../../../access/logout.ts");
      const target = { profileId: parseProfileId(profileId) };
      const plan = await planLogout(call.deps, { target, agent });
      await removeNow(call, plan);
      const report = await followUp(call, plan);
      return { ...report, note: STILL_THERE };
    },
  ),

  /** All of a provider, of every agent unless one is named; nothing to remove is no error (gateway spec §6). */
  "models.authLogout": method(
    "operator.admin",
    v.strictObject({ agentId, provider: name }),
    async (call, { agentId: agent, provider }) => {
      const target = { provider: parseProviderId(provider) };
      const agents = agent === undefined ? agentsOf(call) : [agent];
      const { plans, fault } = await plansFor(call, target, agents);
      const profiles = plans.flatMap((plan) => plan.profiles);
      const aborted = new Set<string>();
      for (const plan of plans) for (const id of await removeNow(call, plan)) aborted.add(id);
      // Of one agent: the credentials of others are good still, and so are their runs.
      if (agent === undefined) {
        const providers = new Set([target.provider, ...profiles.map((one) => one.provider)]);
        for (const id of await call.gateway.runs.end({ providers })) aborted.add(id);
      }
      for (const plan of plans) await followUp(call, plan);
      if (fault !== undefined) throw fault;
      return {
        provider: target.provider,
        removedProfiles: [...new Set(profiles.map(({ id }) => id))],
        abortedRunIds: [...aborted],
        ...(profiles.length > 0 ? { note: STILL_THERE } : {}),
      };
    },
  ),
};

const agentsOf = ({ deps }: Call): AgentId[] => [
  ...new Set([...deps.config().agents.map(({ id }) => id), MAIN_AGENT]),
];

/** What there is to remove, also where the store of another agent cannot be read. */
async function plansFor({ deps }: Call, target: LogoutTarget, agents: readonly AgentId[]) {
  const { planLogout } = await import("../../../access/logout.ts");
  const plans: LogoutPlan[] = [];
  let fault: unknown;
  for (const agent of agents)
    try {
      plans.push(await planLogout(deps, { target, agent }));
    } catch (error) {
      if (!(error instanceof AccessError && error.code === "unknown_profile")) fault ??= error;
    }
  return { plans, fault };
}

/** Whoever uses it ends as soon as it is gone for good, before anything is made of that. @returns the runs that end */
async function removeNow({ deps, gateway }: Call, plan: LogoutPlan): Promise<readonly string[]> {
  const { removeCredentials } = await import("../../../access/logout.ts");
  await removeCredentials(deps, plan);
  const gone = { owner: plan.agent, ids: new Set(plan.profiles.map(({ id }) => id)) };
  return await gateway.runs.end({ gone });
}

async function followUp({ deps, gateway }: Call, plan: LogoutPlan): Promise<LogoutReport> {
  // From here on no call gets it.
  await gateway.agents.refresh(plan.agent);
  const { forgetTraces } = await import("../../../access/logout.ts");
  return await forgetTraces(deps, plan);
}
