// `models auth paste-api-key` and `paste-token`: one credential into the store, its metadata into the config.
import type { Config } from "../config/config.ts";
import { AccessError } from "../core/errors.ts";
import type { Credential } from "../core/credential.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { Slice } from "../store/store.ts";
import { apiKeyNote } from "./anthropic-keys.ts";
import type { Edit } from "./config-edit.ts";
import { writeConfig } from "./config-edit.ts";
import type { CommandDeps } from "./open-deps.ts";
import type { PasteKind } from "./paste-rules.ts";
import { pastedValue } from "./paste-rules.ts";
import { chooseAgent } from "./read-view.ts";

export interface PasteRequest {
  readonly kind: PasteKind;
  readonly provider: ProviderId;
  /** default `<provider>:manual` */
  readonly profileId?: ProfileId | undefined;
  readonly agent?: string | undefined;
  /** as it was pasted */
  readonly pasted: string;
  /** of a token, ms from now */
  readonly expiresInMs?: number | undefined;
}

export interface PasteReport {
  readonly profileId: ProfileId;
  readonly provider: ProviderId;
  readonly type: PasteKind;
  readonly agentId: AgentId;
  readonly configPath: string;
  /** the config as it was before; absent when there was none */
  readonly backupPath?: string;
  /** ms since epoch */
  readonly expiresAt?: number;
  readonly warnings: readonly string[];
}

/**
 * Stores the credential, then names it in the config. The credential goes first: it works without its
 * metadata, and pasting again completes what a kill in between left out.
 *
 * @throws AccessError `bad_input`, `unknown_agent`, `config_invalid`, `store_unreadable`, `store_unwritable`,
 *   `config_conflict`
 */
export async function paste(deps: CommandDeps, request: PasteRequest): Promise<PasteReport> {
  const { kind, provider } = request;
  const config = deps.config();
  const agent = chooseAgent(config, request.agent);
  const profileId = request.profileId ?? `${provider}:manual`;
  const value = pastedValue(kind, provider, request.pasted);
  const expiresAt = request.expiresInMs === undefined ? undefined : deps.now() + request.expiresInMs;
  const order = await storeCredential(deps, agent, profileId, credentialOf(kind, provider, value, expiresAt));
  const edits = (current: Config) => metadataEdits(current, profileId, provider, kind);
  const written = await writeConfig(deps, edits).catch((error: unknown) =>
    storedAllTheSame(profileId, error),
  );
  return {
    profileId,
    provider,
    type: kind,
    agentId: agent,
    configPath: config.path,
    ...(written.backupPath === undefined ? {} : { backupPath: written.backupPath }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    warnings: [...hiddenWarning(agent, profileId, provider, order), ...keyWarning(kind, provider, value)],
  };
}

/** What cannot be named in the config is stored nevertheless: whoever reads the error must know. */
function storedAllTheSame(profileId: ProfileId, error: unknown): never {
  if (!(error instanceof AccessError)) throw error;
  const stored = `${profileId} is stored, but not named in the config. ${error.message}`;
  throw new AccessError(error.code, `${stored} Then paste it again.`, { cause: error });
}

function credentialOf(
  kind: PasteKind,
  provider: ProviderId,
  value: string,
  expires: number | undefined,
): Credential {
  if (kind === "api_key") return { type: "api_key", provider, key: value };
  return { type: "token", provider, token: value, ...(expires === undefined ? {} : { expires }) };
}

/** @returns the stored order of the provider that applies to the agent */
async function storeCredential(
  deps: CommandDeps,
  agent: AgentId,
  profileId: ProfileId,
  credential: Credential,
): Promise<readonly ProfileId[] | undefined> {
  const { provider } = credential;
  let own: Slice["order"] = new Map();
  await deps.store().update(agent, { profiles: [profileId], providers: [provider] }, (slice) => {
    own = slice.order;
    return { profiles: new Map([[profileId, credential]]) };
  });
  if (own.has(provider) || agent === MAIN_AGENT) return own.get(provider);
  return (await deps.store().read(MAIN_AGENT, "facts")).state.order.get(provider);
}

/** `auth.profiles.<id>`, and the first place in an existing `auth.order.<provider>`. */
function metadataEdits(config: Config, profileId: ProfileId, provider: ProviderId, mode: PasteKind): Edit[] {
  const order = config.order.get(provider);
  return [
    { path: ["auth", "profiles", profileId], value: { provider, mode } },
    ...(order
      ? [{ path: ["auth", "order", provider], value: [profileId, ...order.filter((id) => id !== profileId)] }]
      : []),
  ];
}

function keyWarning(kind: PasteKind, provider: ProviderId, value: string): string[] {
  const note = kind === "api_key" ? apiKeyNote(provider, value) : undefined;
  return note === undefined ? [] : [note];
}

/** A stored order is exact: what it does not name is never tried. */
function hiddenWarning(
  agent: AgentId,
  profileId: ProfileId,
  provider: ProviderId,
  order: readonly ProfileId[] | undefined,
): string[] {
  if (!order || order.includes(profileId)) return [];
  const command = `openclaw models auth order set --agent ${agent} --provider ${provider} ${[profileId, ...order].join(" ")}`;
  return [
    `The stored order of ${provider} does not name ${profileId}, so it will not be used. To use it first: ${command}`,
  ];
}
