// Identifiers: providers, auth profiles, agents. Parsed once at the door; inside they compare with `===`.
import { AccessError } from "./errors.ts";

/** Lower-case provider id, `anthropic`. */
export type ProviderId = string;
/** `provider:name` for stored profiles, `env:<NAME>#<n>` and `config:<provider>` for the others. */
export type ProfileId = string;
export type AgentId = string;

/** The agent whose credentials every other agent reads through. */
export const MAIN_AGENT: AgentId = "main";

/** Old provider ids, and what they mean today (requirements 004, "legacy openai-codex ids"). */
export const RENAMED_PROVIDERS: Readonly<Record<string, ProviderId>> = Object.assign(
  // A provider may be called `constructor`.
  Object.create(null) as Record<string, ProviderId>,
  { "openai-codex": "openai" },
);

/** @throws AccessError `bad_input` */
export function parseProviderId(text: string): ProviderId {
  const id = text.trim().toLowerCase();
  if (/^[a-z0-9][a-z0-9._-]*$/.test(id)) return id;
  throw new AccessError(
    "bad_input",
    `"${text}" is not a provider id. Use an id such as anthropic or openrouter.`,
  );
}

/** The form of ids that this program gives; what other programs stored may have any. */
export function isProfileId(id: string): boolean {
  const colon = id.indexOf(":");
  return colon > 0 && colon < id.length - 1 && !/[\s/\p{Cc}]/u.test(id) && !/^(env|config):/.test(id);
}

/** @throws AccessError `bad_input` */
export function parseProfileId(text: string): ProfileId {
  const id = text.trim();
  if (isProfileId(id)) return id;
  throw new AccessError(
    "bad_input",
    `"${text}" is not a profile id. Use provider:name, for example anthropic:work.`,
  );
}

export const envProfileId = (variable: string, n: number): ProfileId => `env:${variable}#${n}`;
export const configProfileId = (provider: ProviderId): ProfileId => `config:${provider}`;
