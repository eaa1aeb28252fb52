import { buildCommand } from "@stricli/core";
import type { LogoutPlan, LogoutReport, LogoutTarget } from "../../../../access/logout.ts";
import { AccessError } from "../../../../core/errors.ts";
import type { ProfileId } from "../../../../core/ids.ts";
import { isProfileId, parseProfileId, parseProviderId } from "../../../../core/ids.ts";
import type { Session } from "../../../command.ts";
import { AGENT_FLAG, JSON_FLAG, optionalText, positionalText, switchFlag } from "../../../command.ts";

interface Flags {
  readonly provider?: string;
  readonly agent?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

export default buildCommand({
  docs: {
    brief: "Remove a stored credential",
    fullDescription:
      "Removes an auth profile, or with --provider all of a provider's, from the agent's store, from orders and from openclaw.json. Its former values leave the history too: models undo cannot bring it back. Nothing is revoked at the provider.",
  },
  parameters: {
    flags: {
      provider: optionalText("Every profile of this provider, instead of one profile", "id"),
      agent: AGENT_FLAG,
      yes: switchFlag("Do not ask"),
      json: JSON_FLAG,
    },
    positional: {
      kind: "tuple",
      parameters: [{ ...positionalText("Auth profile", "provider:name"), optional: true }],
    },
  },
  async func(this: Session, { provider, agent, yes, json }: Flags, profileId?: string) {
    const target = await targetOf(this, agent, profileId, provider);
    const { logout, planLogout } = await import("../../../../access/logout.ts");
    const deps = await this.deps();
    const plan = await planLogout(deps, { target, agent });
    if (!yes) await confirmLogout(this, plan, json);
    const report = await logout(deps, plan);
    for (const warning of report.warnings) this.io.say(`Warning: ${warning}`);
    if (json) this.io.json(report);
    else {
      const { printable } = await import("../../../render/text.ts");
      this.io.out(render(printable(report)));
    }
  },
});

/** @throws AccessError `bad_input` unless exactly one of the two was named */
async function targetOf(
  session: Session,
  agent: string | undefined,
  profileId?: string,
  provider?: string,
): Promise<LogoutTarget> {
  if (profileId !== undefined && provider !== undefined)
    throw new AccessError("bad_input", "A profile and --provider exclude each other.");
  if (profileId !== undefined) return { profileId: await storedId(session, agent, profileId) };
  if (provider !== undefined) return { provider: parseProviderId(provider) };
  throw new AccessError(
    "bad_input",
    "Name the profile to remove, or --provider for all of a provider. See: openclaw models auth list",
  );
}

async function storedId({ deps }: Session, agent: string | undefined, text: string): Promise<ProfileId> {
  const id = text.trim();
  if (id !== "" && !isProfileId(id)) {
    const { isStoredId } = await import("../../../../access/stored-id.ts");
    if (await isStoredId(await deps(), agent, id)) return id;
  }
  const place = /^env:(\w+)/.exec(text.trim())?.[1] ?? /^config:[^\s]+/.exec(text.trim())?.[0];
  if (place === undefined) return parseProfileId(text);
  const [, provider] = place.split(":");
  const remedy =
    provider === undefined
      ? `it comes from the environment. Unset ${place}, also in .env`
      : `it stands in openclaw.json. Remove models.providers.${provider}.apiKey`;
  throw new AccessError("bad_input", `${text.trim()} is not stored: ${remedy}.`);
}

async function confirmLogout({ io }: Session, { agent, profiles }: LogoutPlan, json: boolean): Promise<void> {
  const { terminalTalk } = await import("../../../ask.ts");
  const ids = profiles.map(({ id }) => id).join(", ");
  const otherwise = `Nobody can be asked whether to remove ${ids}: there is no terminal. Nothing was changed; add --yes to remove it.`;
  const talk = terminalTalk(io, json, otherwise);
  if (await talk.confirm(`Remove ${ids} from agent ${agent}? It cannot be taken back.`, false)) return;
  throw new AccessError("cancelled", "Cancelled. Nothing was removed.");
}

function render(report: LogoutReport): string {
  const { removed, agentId, configChanged, configPath, backupPath } = report;
  return [
    ...removed.map(({ id, provider, type }) => `Removed: ${id} (${provider}/${type}) from agent ${agentId}`),
    ...(configChanged ? [`Updated config: ${configPath}`] : []),
    ...(backupPath === undefined ? [] : [`  Backup: ${backupPath}`]),
    "Its former values were taken out of the history: models undo cannot bring it back.",
    ...renderCopies(report),
    "Nothing was revoked at the provider. Revoke it there if others may have it.",
  ].join("\n");
}

function renderCopies({ copies, deleteCopies }: LogoutReport): string[] {
  if (deleteCopies === undefined) return [];
  return [
    "These files may still hold it, and other credentials:",
    ...copies.map((path) => `  ${path}`),
    `To delete them: ${deleteCopies}`,
  ];
}
