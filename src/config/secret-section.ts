// The section `secrets` as the program reads it: every entry for itself, since a fault in one of them must not take the
// others away. Defaults: fidelity spec §8.
import { safeParse } from "valibot";
import { isObject } from "../core/json.ts";
import type { ResolutionLimits, SecretProvider, SecretProviders } from "../core/secret-ref.ts";
import { ALIAS, DEFAULT_LIMITS } from "../core/secret-ref.ts";
import type { ParsedProvider } from "./schema-secrets.ts";
import { parseSecretProvider, resolution } from "./schema-secrets.ts";

const TIMEOUT_MS = 5000;
const MOST_BYTES = 1024 * 1024;

export function readSecretProviders(section: unknown): SecretProviders {
  const { providers, defaults } = isObject(section) ? section : {};
  const named = Object.entries(isObject(providers) ? providers : {}).map(([alias, entry]) => {
    const parsed = parseSecretProvider(entry);
    return [alias, "value" in parsed ? withDefaults(parsed.value) : unusable(parsed.faults)] as const;
  });
  return new Map([...implicit(isObject(defaults) ? defaults["env"] : undefined), ...named]);
}

/** What `secrets.defaults.env` names reads the environment, also without an entry of its own. */
const implicit = (alias: unknown): [string, SecretProvider][] =>
  typeof alias === "string" && ALIAS.pattern.test(alias) ? [[alias, { source: "env" }]] : [];

const NO_INTEGRATIONS =
  "its program is known to a plug-in of OpenClaw alone (pluginIntegration); name it with command and args";

const unusable = (faults: readonly string[]): SecretProvider => ({
  source: "unusable",
  problem: faults.join("; "),
});

function withDefaults(block: ParsedProvider): SecretProvider {
  if (block.source === "env") return block;
  if ("pluginIntegration" in block) return unusable([NO_INTEGRATIONS]);
  const { timeoutMs = TIMEOUT_MS, allowInsecurePath = false } = block;
  if (block.source === "file") {
    const { source, path, mode = "json", maxBytes = MOST_BYTES } = block;
    return { source, path, mode, timeoutMs, maxBytes, allowInsecurePath };
  }
  const { source, command, trustedDirs } = block;
  return {
    source,
    command,
    args: block.args ?? [],
    env: block.env ?? {},
    passEnv: block.passEnv ?? [],
    timeoutMs,
    noOutputTimeoutMs: block.noOutputTimeoutMs ?? timeoutMs,
    maxOutputBytes: block.maxOutputBytes ?? MOST_BYTES,
    jsonOnly: block.jsonOnly ?? true,
    allowSymlinkCommand: block.allowSymlinkCommand ?? false,
    allowInsecurePath,
    ...(trustedDirs ? { trustedDirs } : {}),
  };
}

/** A section that cannot be read says nothing, and is told by `config validate`. */
export function readResolution(section: unknown): ResolutionLimits {
  const written = isObject(section) ? section["resolution"] : undefined;
  const parsed = safeParse(resolution, written ?? {});
  return parsed.success ? { ...DEFAULT_LIMITS, ...parsed.output } : DEFAULT_LIMITS;
}
