// `channels list`: the chat channels that openclaw.json names, and the credentials of the default agent
// (requirements 003: `auth[]` shows the profile ids). No channel runs here: they are OpenClaw's.
import { readDocument } from "../config/document.ts";
import { configuredChannels } from "../core/channels.ts";
import type { CredentialType } from "../core/credential.ts";
import type { ProfileId, ProviderId } from "../core/ids.ts";
import { listProfiles } from "./auth-list.ts";
import type { Deps } from "./deps.ts";

export interface ChannelsReport {
  readonly chat: Readonly<Record<string, ChannelRow>>;
  readonly auth: readonly {
    readonly id: ProfileId;
    readonly provider: ProviderId;
    readonly type: CredentialType;
    /** read from another program's files; stored profiles never are */
    readonly isExternal: false;
  }[];
}

interface ChannelRow {
  readonly accounts: readonly string[];
  readonly installed: false;
  readonly origin: "configured";
}

/** @throws AccessError `config_invalid` */
export async function listChannels(
  deps: Deps,
): Promise<{ readonly report: ChannelsReport; readonly warnings: readonly string[] }> {
  const { profiles, warnings = [] } = await listProfiles(deps, {});
  const channels = configuredChannels(readDocument(deps.config().path));
  const rows = [...channels].map(
    ([id, accounts]) => [id, { accounts, installed: false, origin: "configured" }] as const,
  );
  const auth = profiles.map(({ id, provider, type }) => ({ id, provider, type, isExternal: false as const }));
  return { report: { chat: Object.fromEntries(rows), auth }, warnings };
}
