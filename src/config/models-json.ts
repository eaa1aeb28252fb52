// An agent's models.json: providers and models beside those of openclaw.json. Written by OpenClaw or by hand,
// never by us. Rules: OpenClaw docs, "Models registry" (merge mode precedence).
import { join } from "node:path";
import { safeParse } from "valibot";
import { isRef } from "../core/credential.ts";
import type { AgentId, ProviderId } from "../core/ids.ts";
import { isObject } from "../core/json.ts";
import type { Config, ConfiguredProvider } from "./config.ts";
import { formatIssue, parseDocument, readBytes } from "./document.ts";
import type { Paths } from "./paths.ts";
import { SECTIONS } from "./schema.ts";
import { readModels } from "./sections.ts";

export interface Registry {
  readonly providers: ReadonlyMap<ProviderId, ConfiguredProvider>;
  /** one sentence for the file, or each provider in it, that was left out */
  readonly warnings: readonly string[];
}

const NOTHING: Registry = { providers: new Map(), warnings: [] };

/** Empty when there is none, and with `models.mode: "replace"`, which leaves it out. Never throws. */
export function readRegistry(
  paths: Pick<Paths, "agentDir">,
  agent: AgentId,
  config: Pick<Config, "modelsMode">,
): Registry {
  if (config.modelsMode === "replace") return NOTHING;
  const file = join(paths.agentDir(agent), "models.json");
  const bytes = readBytes(file);
  if (!bytes) return NOTHING;
  const document = "issues" in bytes ? bytes : parseDocument(bytes.value);
  if ("issues" in document)
    return { ...NOTHING, warnings: document.issues.map(({ message }) => leftOut(file, message)) };
  const providers = document.value["providers"];
  if (providers === undefined) return NOTHING;
  if (!isObject(providers)) return { ...NOTHING, warnings: [leftOut(file, "providers: must be an object")] };
  return readProviders(file, providers);
}

/** One by one: a broken provider leaves the others as they are. */
function readProviders(file: string, entries: Readonly<Record<string, unknown>>): Registry {
  const providers = new Map<ProviderId, ConfiguredProvider>();
  const warnings: string[] = [];
  for (const [id, entry] of Object.entries(entries)) {
    const parsed = safeParse(SECTIONS.models, { providers: { [id]: withoutZeros(entry) } });
    if (parsed.success)
      for (const [key, value] of readModels(parsed.output).providers) providers.set(key, value);
    else
      warnings.push(
        leftOut(file, formatIssue({ path: `providers.${id}`, message: parsed.issues[0].message })),
      );
  }
  return { providers, warnings };
}

const leftOut = (file: string, fault: string): string => `${file}: ${fault}; left out. Correct or remove it.`;

/** Sizes that are no positive number count as unknown. */
function withoutZeros(entry: unknown): unknown {
  if (!isObject(entry) || !Array.isArray(entry["models"])) return entry;
  const models = entry["models"].map((model: unknown) => (isObject(model) ? dropSizes(model) : model));
  return { ...dropSizes(entry), models };
}

const SIZES = ["contextWindow", "contextTokens", "maxTokens"];
const dropSizes = (entry: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(entry).filter(
      ([key, value]) => !SIZES.includes(key) || (Number.isInteger(value) && (value as number) > 0),
    ),
  );

/** The config as the agent sees it: addresses and keys of its models.json joined in; lists of models are not. */
export function withRegistry(config: Config, registry: Registry): Config {
  if (registry.providers.size === 0 && registry.warnings.length === 0) return config;
  const warnings = [...new Set([...config.warnings, ...registry.warnings])];
  const providers = new Map(config.providers);
  for (const [id, entry] of registry.providers) {
    const own = config.providers.get(id);
    providers.set(id, own ? joinProvider(own, entry) : { ...withoutMarker(entry), models: [] });
  }
  // Not a copy: sections that are read on demand stay unread.
  return Object.create(config, {
    providers: { value: providers, enumerable: true },
    warnings: { value: warnings, enumerable: true },
  }) as Config;
}

/** What stands in models.json wins, but for a key that openclaw.json has by reference. */
function joinProvider(own: ConfiguredProvider, entry: ConfiguredProvider): ConfiguredProvider {
  const { apiKey } = withoutMarker(entry);
  const keepsKey = apiKey === undefined || isRef(own.apiKey) || isTemplate(own.apiKey);
  return {
    ...own,
    ...(entry.baseUrl?.trim() ? { baseUrl: entry.baseUrl } : {}),
    ...(own.api === undefined && entry.api !== undefined ? { api: entry.api } : {}),
    ...(keepsKey ? {} : { apiKey }),
  };
}

const isTemplate = (value: unknown): boolean => typeof value === "string" && value.trim().startsWith("$");

/** Stands where a key was that nobody may write down: it is none. */
function withoutMarker(entry: ConfiguredProvider): ConfiguredProvider {
  const { apiKey, ...rest } = entry;
  const usable = apiKey !== undefined && apiKey !== "" && apiKey !== "secretref-managed";
  return usable ? { ...rest, apiKey } : rest;
}
