// The chat channels of OpenClaw 2026.7.1 (its docs, "Channels"). This program serves none of them: it keeps
// what openclaw.json says of them.
import type { JsonObject } from "./json.ts";
import { isObject } from "./json.ts";

const CHANNELS: readonly string[] = (
  "clickclack discord feishu googlechat imessage irc line matrix mattermost msteams nextcloud-talk nostr qqbot " +
  "raft signal slack sms synology-chat telegram tlon twitch webchat wechat whatsapp yuanbao zalo zaloclawbot zalouser"
).split(" ");

/** Keys of `channels` that are no channel. */
const SETTINGS = new Set(["defaults", "modelByChannel"]);

/** Channels with an entry in openclaw.json → their accounts. */
export function configuredChannels(document: JsonObject): ReadonlyMap<string, readonly string[]> {
  const channels = isObject(document["channels"]) ? document["channels"] : {};
  const entries = Object.entries(channels).filter(([id]) => !SETTINGS.has(id));
  return new Map(entries.map(([id, entry]) => [id, accountsOf(entry)]));
}

function accountsOf(entry: unknown): string[] {
  const accounts = isObject(entry) && isObject(entry["accounts"]) ? Object.keys(entry["accounts"]) : [];
  return accounts.length > 0 ? accounts : ["default"];
}

/** Ids that a binding may name. */
export const channelIds = (document: JsonObject): string[] => [
  ...new Set([...CHANNELS, ...configuredChannels(document).keys()]),
];
