// Profiles that cannot be used any more, or not for long: expired, without a secret, with an impossible expiry,
// with a login that was refused.
import type { Credential } from "../../core/credential.ts";
import { assessCredential } from "../../core/credential.ts";
import { keeperOf } from "../../providers/kept-by.ts";
import type { AgentId, ProfileId } from "../../core/ids.ts";
import type { Check } from "../check.ts";

export const expiredProfiles: Check = {
  id: "core/doctor/expired-profiles",
  look: ({ agents, now }) =>
    [...agents.values()].flatMap((agent) =>
      [...agent.profiles].flatMap(([id, credential]) => {
        const needed = agent.logins?.get(id)?.needed;
        const reason = needed ? undefined : unusable(credential, now);
        if (reason === undefined && !needed) return [];
        const what = needed
          ? `has to log in again: its login has ended (${needed.code}), and serves no longer than its access token`
          : `${reason}; it is not used`;
        const message = `${id} of agent ${agent.id} ${what}.`;
        return [
          {
            severity: "warning" as const,
            path: agent.database,
            message,
            fixHint: remedy(agent.id, id, credential),
          },
        ];
      }),
    ),
};

function unusable(credential: Credential, now: number): string | undefined {
  if (keeperOf(credential) !== undefined) return undefined;
  const { problem, expiresAt, refreshable } = assessCredential(credential);
  if (problem === "missing_credential") return "has no secret";
  if (problem === "invalid_expires") return "has an expiry that is no time";
  if (expiresAt === undefined || expiresAt > now || refreshable) return undefined;
  return `expired on ${new Date(expiresAt).toISOString().slice(0, 10)}`;
}

function remedy(agent: AgentId, id: ProfileId, { type, provider }: Credential): string {
  const command = type === "oauth" ? "login" : type === "token" ? "paste-token" : "paste-api-key";
  return `Run: openclaw models auth --agent ${agent} ${command} --provider ${provider} --profile-id ${id}`;
}
