// The environment after its files were applied: process, then `<stateDir>/.env`, then the config's `env`,
// then the login shell (fidelity spec §7). A `.env` in the working folder is not read: it belongs to whatever
// project lies there. process.env itself is never changed.
import type { Config } from "./config.ts";
import { readBytes } from "./document.ts";
import type { Paths } from "./paths.ts";
import { readShellEnvironment } from "./shell-env.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentOptions {
  /** Variables that may come from the login shell: the providers' keys. */
  readonly expected: (name: string) => boolean;
  /** Runs the login shell; tests hand in another. */
  readonly readShell?: typeof readShellEnvironment;
}

export interface EffectiveEnvironment {
  readonly values: Readonly<Record<string, string>>;
  readonly shellEnv: {
    readonly enabled: boolean;
    /** variables that came from the login shell, sorted: their source reads `shell env: NAME`, not `env: NAME` */
    readonly appliedKeys: readonly string[];
  };
  /** one sentence each; a source that cannot be read counts as empty */
  readonly warnings: readonly string[];
}

/** The same without the login shell, for what must be known before it may be asked. */
export const writtenEnvironment = (
  processEnv: Environment,
  paths: Pick<Paths, "dotenvPath">,
  config: Pick<Config, "env"> | undefined,
): Environment => merge([processEnv, readDotenv(paths.dotenvPath).values, config?.env.vars ?? {}]);

/** A blank value counts as missing: the next source may fill it. */
export function effectiveEnvironment(
  processEnv: Environment,
  paths: Pick<Paths, "dotenvPath">,
  config: Pick<Config, "env"> | undefined,
  options: EnvironmentOptions,
): EffectiveEnvironment {
  const dotenv = readDotenv(paths.dotenvPath);
  const values = merge([processEnv, dotenv.values, config?.env.vars ?? {}]);
  const shell = shellSettings(values, config);
  if (!shell.enabled) {
    return { values, shellEnv: { enabled: false, appliedKeys: [] }, warnings: dotenv.warnings };
  }
  const read = (options.readShell ?? readShellEnvironment)(values, options.expected, shell.timeoutMs);
  const applied = Object.entries(read.values).filter(
    ([name, value]) => options.expected(name) && isBlank(values[name]) && !isBlank(value),
  );
  return {
    values: { ...values, ...Object.fromEntries(applied) },
    shellEnv: { enabled: true, appliedKeys: applied.map(([name]) => name).toSorted() },
    warnings: [...dotenv.warnings, ...read.warnings],
  };
}

function readDotenv(path: string): { values: Environment; warnings: string[] } {
  const bytes = readBytes(path);
  if (!bytes) return { values: {}, warnings: [] };
  if ("issues" in bytes) return { values: {}, warnings: [`${path} ${bytes.issues[0]!.message}; left out.`] };
  // Asked for here, not imported: the import of node:util costs more than all the rest of this file.
  const { parseEnv } = process.getBuiltinModule("node:util");
  return { values: parseEnv(new TextDecoder().decode(bytes.value)), warnings: [] };
}

/** The first source in which a variable is not blank has it. */
function merge(sources: readonly Environment[]): Record<string, string> {
  const merged: Record<string, string> = {};
  for (const source of sources) {
    for (const [name, value] of Object.entries(source)) {
      if (value !== undefined && isBlank(merged[name])) merged[name] = value;
    }
  }
  return merged;
}

const isBlank = (value: string | undefined): boolean => value === undefined || value.trim() === "";

const SHELL_TIMEOUT_MS = 15_000;

function shellSettings(env: Environment, config: Pick<Config, "env"> | undefined) {
  const forced = /^(1|true|yes|on)$/i.test(env["OPENCLAW_LOAD_SHELL_ENV"]?.trim() ?? "");
  const timeout = env["OPENCLAW_SHELL_ENV_TIMEOUT_MS"]?.trim() ?? "";
  const configured = config?.env.shellEnv;
  return {
    enabled: forced || (configured?.enabled ?? false),
    timeoutMs: /^\d+$/.test(timeout) ? Number(timeout) : (configured?.timeoutMs ?? SHELL_TIMEOUT_MS),
  };
}
