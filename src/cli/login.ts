// What the commands that log in share: the login itself, and what is said afterwards.
import type { Target } from "../access/login/choose.ts";
import { loadFlow } from "../access/login/flow.ts";
import type { LoginReport } from "../access/login/login.ts";
import { login } from "../access/login/login.ts";
import { profileIdOf } from "../access/login/target-profile.ts";
import type { Talk } from "../access/login/talk.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import { AccessError } from "../core/errors.ts";
import type { AgentId, ProfileId } from "../core/ids.ts";
import type { Session } from "./command.ts";

export interface LoginOptions {
  readonly agent?: string | undefined;
  readonly profileId?: ProfileId | undefined;
  readonly force?: boolean;
  readonly setDefault?: boolean;
  /** of a token */
  readonly expiresIn?: string | undefined;
  readonly json: boolean;
}

export async function runLogin(
  { io, deps }: Session,
  target: Target,
  talk: Talk,
  { agent, profileId, force = false, setDefault = false, expiresIn, json }: LoginOptions,
): Promise<void> {
  const expiresInMs = await lifetimeOf(target, expiresIn);
  const request = { target, profileId, agent, force, setDefault, expiresInMs };
  const report = await login(await deps(), request, talk);
  if (json) io.json(report);
  else io.out(renderLogin(report));
}

/** @throws AccessError `bad_input` for what is no duration, or for a login that says by itself when it ends */
async function lifetimeOf({ login: { kind, id } }: Target, text: string | undefined) {
  if (text === undefined) return undefined;
  if (kind === "token") return (await import("../access/duration.ts")).parseDuration(text);
  throw new AccessError("bad_input", `--expires-in is for tokens; the login ${id} needs none.`);
}

/** Without a terminal: first whether the login exists at all, which the person can mend anywhere. */
export async function checkLogin(target: Target, expiresIn?: string): Promise<void> {
  await loadFlow(target.provider.id, target.login, target.logins);
  await lifetimeOf(target, expiresIn);
}

/** The person does not want to go on. */
export function leave(): never {
  throw new AccessError("cancelled", "Cancelled. Nothing was changed.");
}

/** Asks before a profile that is there already is replaced. */
export async function confirmReplacing(
  deps: CommandDeps,
  agent: AgentId,
  target: Target,
  talk: Talk,
  named?: ProfileId,
): Promise<void> {
  const id = named ?? profileIdOf(target);
  const { state } = await deps.store().read(agent, "facts");
  if (!state.profiles.some((profile) => profile.id === id)) return;
  if (!(await talk.confirm(`${id} is stored already. Replace it?`, false))) leave();
}

function renderLogin(report: LoginReport): string {
  const { profileId, provider, type, agentId, removed, replaced } = report;
  return [
    ...(removed.length > 0
      ? [
          `Removed (--force): ${removed.join(", ")}. To take that back: openclaw models undo`,
          "Nothing was revoked at the provider: that is done in its own dashboard.",
        ]
      : []),
    ...(report.configChanged ? [`Updated config: ${report.configPath}`] : []),
    ...(report.backupPath === undefined ? [] : [`  Backup: ${report.backupPath}`]),
    `Auth profile: ${profileId} (${provider}/${type}) in agent ${agentId}`,
    ...(replaced
      ? [
          `It replaces what ${profileId} was before. To take that back: openclaw models undo`,
          `To keep two accounts side by side, name one: --profile-id ${provider}:<name>`,
        ]
      : []),
    ...modelLines(report),
  ].join("\n");
}

function modelLines(report: LoginReport): string[] {
  const { provider, recommendedModel, defaultModel, nowhere, runtime, runsDefault } = report;
  if (runtime !== undefined)
    return runsDefault
      ? [`Default model: ${defaultModel}, run by ${runtime}`]
      : [
          `Default model: ${defaultModel} (unchanged)`,
          `To switch to ${runtime}: the same command with --set-default`,
        ];
  if (recommendedModel === null)
    return [
      ...(nowhere
        ? [`Calls to ${provider} need models.providers.${provider} in openclaw.json: baseUrl, api, models`]
        : []),
      `Default model: ${defaultModel ?? "none"} (unchanged; ${provider} recommends no model)`,
      `To choose one: openclaw models set ${provider}/<model>`,
    ];
  if (recommendedModel === defaultModel) return [`Default model: ${defaultModel}`];
  return [
    `Default model: ${defaultModel} (unchanged)`,
    `To use ${recommendedModel}: openclaw models set ${recommendedModel}`,
  ];
}
