// The section `secrets` as the program reads it: every entry for itself, since a fault in one of them must not take the
// others away. Defaults: fidelity spec §8.
import { safeParse } from "valibot";
import { isObject } from "../core/json.ts";
import type { ResolutionLimits, SecretProvider, SecretProviders } from "../core/secret-ref.ts";
import { DEFAULT_LIMITS } from "../core/secret-ref.ts";
import type { ParsedProvider } from "./schema-secrets.ts";
import { parseSecretProvider, resolution } from "./schema-secrets.ts";

const TIMEOUT_MS = 5000;
const MOST_BYTES = 1024 * 1024;

export function readSecretProviders(section: unknown): SecretProviders {
  const providers = isObject(section) && isObject(section["providers"]) ? section["providers"] : {};
  return new Map(
    Object.entries(providers).map(([alias, entry]) => {
      const parsed = parseSecretProvider(entry);
      return [alias, "value" in parsed ? withDefaults(parsed.value) : unusable(parsed.faults)];
    }),
  );
}

const unusable = (faults: readonly string[]): SecretProvider => ({
  source: "unusable",
  problem: faults.join("; "),
});

function withDefaults(block: ParsedProvider): SecretProvider {
  if (block.source === "env") return block;
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
