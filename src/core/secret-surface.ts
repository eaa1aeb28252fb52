// Which places of openclaw.json take a reference (OpenClaw docs, "SecretRef credential surface"). `*` is any key, `[]`
// a place in a list. A plan names one by its pattern, or by its pattern without `*`.

/** Those whose references this program resolves. */
const OWN_PLACES = [
  "models.providers.*.apiKey",
  "models.providers.*.headers.*",
  "gateway.auth.token",
  "gateway.auth.password",
] as const;

const SPEECH = ["talk.providers", "talk.realtime.providers", "messages.tts.providers"];
const REQUEST = [
  "auth.token",
  "auth.value",
  "headers.*",
  ...["proxy.tls", "tls"].flatMap((tls) =>
    ["ca", "cert", "key", "passphrase"].map((part) => `${tls}.${part}`),
  ),
];
const SEARCH = ["brave", "exa", "google", "xai", "moonshot", "perplexity", "firecrawl", "minimax", "tavily"];
const VOICE = ["realtime", "streaming", "tts"];

/** Fields of a channel, which may also stand in each of its `accounts`. */
const CHANNELS: Readonly<Record<string, readonly string[]>> = {
  telegram: ["botToken", "webhookSecret"],
  slack: ["botToken", "appToken", "relay.authToken", "userToken", "signingSecret"],
  sms: ["authToken"],
  discord: ["token", "pluralkit.token", "voice.tts.providers.*.apiKey"],
  irc: ["password", "nickserv.password"],
  feishu: ["appSecret", "encryptKey", "verificationToken"],
  qqbot: ["clientSecret"],
  msteams: ["appPassword"],
  mattermost: ["botToken"],
  matrix: ["accessToken", "password"],
  "nextcloud-talk": ["botSecret", "apiPassword"],
  zalo: ["botToken", "webhookSecret"],
};

/** Those that are OpenClaw's alone: written and audited here, used there. */
const OTHER_PLACES: readonly string[] = [
  ...REQUEST.map((field) => `models.providers.*.request.${field}`),
  "skills.entries.*.apiKey",
  "agents.defaults.memorySearch.remote.apiKey",
  "agents.list[].tts.providers.*.apiKey",
  "agents.list[].memorySearch.remote.apiKey",
  ...SPEECH.map((table) => `${table}.*.apiKey`),
  "tools.web.fetch.firecrawl.apiKey",
  "tools.web.search.*.apiKey",
  "tools.web.search.apiKey",
  "plugins.entries.acpx.config.mcpServers.*.env.*",
  "plugins.entries.codex.config.appServer.authToken",
  "plugins.entries.codex.config.appServer.headers.*",
  "plugins.entries.google-meet.config.realtime.providers.*.apiKey",
  ...[...SEARCH, "parallel"].map((id) => `plugins.entries.${id}.config.webSearch.apiKey`),
  ...VOICE.map((part) => `plugins.entries.voice-call.config.${part}.providers.*.apiKey`),
  "plugins.entries.voice-call.config.twilio.authToken",
  "gateway.remote.token",
  "gateway.remote.password",
  "cron.webhookToken",
  ...Object.entries(CHANNELS).flatMap(([channel, fields]) =>
    fields.flatMap((field) => [
      `channels.${channel}.${field}`,
      ...(channel === "msteams" ? [] : [`channels.${channel}.accounts.*.${field}`]),
    ]),
  ),
];

export const SECRET_PLACES: readonly string[] = [...OWN_PLACES, ...OTHER_PLACES];

const NAMES = new Map(
  SECRET_PLACES.flatMap((pattern) => [
    [pattern, pattern],
    [pattern.replaceAll(".*", ""), pattern],
  ]),
);

/** The pattern that a plan's `type` names. */
export const placePattern = (type: string): string | undefined => NAMES.get(type);

/** How a plan names a pattern. */
export const placeType = (pattern: string): string => pattern.replaceAll(".*", "");

const partsOf = (pattern: string): string[] => pattern.replaceAll("[]", ".[]").split(".");

/** Whether the keys are a place of that pattern. Pure. */
export function fitsPattern(pattern: string, keys: readonly (string | number)[]): boolean {
  const parts = partsOf(pattern);
  if (parts.length !== keys.length) return false;
  return parts.every((part, n) => {
    if (part === "[]") return /^\d+$/.test(String(keys[n]));
    return part === "*" ? String(keys[n]) !== "" : part === keys[n];
  });
}

/** The pattern that fits the keys. */
export const patternOf = (keys: readonly (string | number)[]): string | undefined =>
  SECRET_PLACES.find((pattern) => fitsPattern(pattern, keys));

/**
 * The keys of a dotted path of that pattern: ids may have dots themselves, and the one that is named first takes as few
 * as fit. Pure.
 */
export function keysIn(pattern: string, path: string): string[] | undefined {
  const parts = partsOf(pattern).map((part, n, all) => {
    if (part === "[]") return String.raw`(\d+)`;
    if (part === "*") return n === all.length - 1 || !all.slice(n + 1).includes("*") ? "(.+)" : "(.+?)";
    return `(${part.replaceAll(/[-.]/g, String.raw`\$&`)})`;
  });
  const match = new RegExp(`^${parts.join(String.raw`\.`)}$`).exec(path.replaceAll(/\[(\d+)\]/g, ".$1"));
  return match ? match.slice(1) : undefined;
}
