// Secrets in plain text that can go behind references: what `secrets configure` offers. No value leaves it.
import { parseEnv } from "node:util";
import { formatPath, parseDocument, readBytes } from "../../config/document.ts";
import type { AgentId, ProfileId, ProviderId } from "../../core/ids.ts";
import { MAIN_AGENT } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import { patternOf, placeType } from "../../core/secret-surface.ts";
import { PROVIDERS } from "../../providers/all.ts";
import { environmentKeys } from "../../providers/env-keys.ts";
import type { CommandDeps } from "../open-deps.ts";
import { scanConfig } from "../secrets-audit-scan.ts";
import type { World } from "../secrets-apply/standing.ts";
import { readWorld, wasInStore } from "../secrets-apply/standing.ts";

export interface Candidate {
  /** for people */
  readonly place: string;
  /** the target of a plan, but for its reference */
  readonly target: JsonObject;
  /** what names for it are made of, coarse to fine */
  readonly words: readonly string[];
  /** the variable that usually holds it */
  readonly variable?: string;
}

/** @param agent whose store alone is looked at; all when left out @throws AccessError as `readWorld` does */
export async function candidatesOf(deps: CommandDeps, agent?: AgentId): Promise<Candidate[]> {
  const world = await readWorld(deps);
  const inStores = [...world.profiles].flatMap(([id, profiles]) =>
    agent !== undefined && id !== agent
      ? []
      : profiles.flatMap((profile) => {
          const { credential } = profile;
          if (!("plain" in wasInStore(credential)) || world.config.profiles.get(profile.id)?.mode === "oauth")
            return [];
          return [
            inStore(id, profile.id, credential.type === "token" ? "token" : "key", credential.provider),
          ];
        }),
  );
  return [...inConfig(deps), ...inStores, ...inDotenv(deps, world)];
}

function inConfig(deps: CommandDeps): Candidate[] {
  const { configPath } = deps.paths();
  const bytes = readBytes(configPath);
  const parsed = bytes && "value" in bytes ? parseDocument(bytes.value) : undefined;
  if (!parsed || "issues" in parsed) return [];
  const found = new Set(scanConfig(configPath).findings.map(({ jsonPath }) => jsonPath));
  return leaves(parsed.value, []).flatMap((keys) => {
    const pattern = found.has(formatPath(keys)) ? patternOf(keys) : undefined;
    if (pattern === undefined) return [];
    const words = keys.map(String);
    const [section, table, id] = words;
    const provider = section === "models" && table === "providers" ? id : undefined;
    return [
      {
        place: `openclaw.json: ${formatPath(keys)}`,
        target: { type: placeType(pattern), path: words.join("."), pathSegments: words },
        words: provider === undefined ? words : [provider, ...words.slice(3)],
        ...(provider !== undefined && words[3] === "apiKey" && { variable: variableFor(provider) }),
      },
    ];
  });
}

const leaves = (value: unknown, path: readonly (string | number)[]): (string | number)[][] => {
  if (typeof value !== "object" || value === null) return [[...path]];
  return Object.entries(value).flatMap(([key, entry]) =>
    leaves(entry, [...path, Array.isArray(value) ? Number(key) : key]),
  );
};

function inStore(agentId: AgentId, id: ProfileId, field: "key" | "token", provider: ProviderId): Candidate {
  return {
    place: `${agentId}: profile ${id}`,
    target: {
      type: `auth-profiles.${field === "key" ? "api_key.key" : "token.token"}`,
      path: `profiles.${id}.${field}`,
      pathSegments: ["profiles", id, field],
      agentId,
    },
    words: [...(agentId === MAIN_AGENT ? [] : [agentId]), provider, id.slice(id.indexOf(":") + 1)],
    variable: variableFor(provider),
  };
}

/** A key that only `.env` has becomes a profile of main, which every agent reads. */
function inDotenv(deps: CommandDeps, { profiles }: World): Candidate[] {
  const bytes = readBytes(deps.paths().dotenvPath);
  if (!bytes || "issues" in bytes) return [];
  const stored = profiles.get(MAIN_AGENT) ?? [];
  return Object.entries(parseEnv(bytes.value.toString())).flatMap(([name, value = ""]) => {
    const provider = PROVIDERS.find((each) => environmentKeys(each, { [name]: value }).length === 1);
    // The store goes before: what it has of that provider is used already.
    if (!provider || stored.some(({ credential }) => credential.provider === provider.id)) return [];
    const made = inStore(MAIN_AGENT, `${provider.id}:default`, "key", provider.id);
    return [
      {
        ...made,
        place: `.env: ${name}, as profile ${provider.id}:default`,
        target: { ...made.target, authProfileProvider: provider.id },
      },
    ];
  });
}

function variableFor(provider: ProviderId): string {
  const known = PROVIDERS.find(({ id }) => id === provider)?.env[0];
  if (known !== undefined && /^[A-Z][A-Z0-9_]*$/.test(known)) return known;
  return `${provider.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}_API_KEY`;
}
