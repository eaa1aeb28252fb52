// The flags of `config set secrets.providers.<alias> --provider-…`, and the entry that they make.
import { AccessError } from "../core/errors.ts";
import { optionalText, switchFlag } from "./command.ts";
import { wholeNumberFlag } from "./number-flag.ts";

const texts = (brief: string, placeholder: string) =>
  ({
    kind: "parsed",
    parse: (value: string): string => value,
    brief,
    placeholder,
    optional: true,
    variadic: true,
  }) as const;
const count = (name: string, brief: string, placeholder: string) =>
  wholeNumberFlag(`--provider-${name}`, brief, placeholder);

export const PROVIDER_FLAGS = {
  providerSource: optionalText("Secret provider: env, file or exec", "source"),
  providerAllowlist: texts("env: a variable that may be read", "NAME"),
  providerPath: optionalText("file: its path", "path"),
  providerMode: optionalText("file: json or singleValue", "mode"),
  providerMaxBytes: count("max-bytes", "file: largest size", "n"),
  providerTimeoutMs: count("timeout-ms", "file, exec: longest time", "ms"),
  providerCommand: optionalText("exec: absolute path of the program", "path"),
  providerArg: texts("exec: an argument", "arg"),
  providerNoOutputTimeoutMs: count("no-output-timeout-ms", "exec: longest silence", "ms"),
  providerMaxOutputBytes: count("max-output-bytes", "exec: largest output", "n"),
  providerJsonOnly: switchFlag("exec: take JSON output only"),
  providerEnv: texts("exec: a variable it gets", "KEY=VALUE"),
  providerPassEnv: texts("exec: a variable of ours it gets", "NAME"),
  providerTrustedDir: texts("exec: a folder programs may lie in", "path"),
  providerAllowInsecurePath: switchFlag("file, exec: whatever owner and mode"),
  providerAllowSymlinkCommand: switchFlag("exec: the program may be a link"),
} as const;

export interface ProviderFlags {
  readonly providerSource?: string;
  readonly providerAllowlist?: readonly string[];
  readonly providerPath?: string;
  readonly providerMode?: string;
  readonly providerMaxBytes?: number;
  readonly providerTimeoutMs?: number;
  readonly providerCommand?: string;
  readonly providerArg?: readonly string[];
  readonly providerNoOutputTimeoutMs?: number;
  readonly providerMaxOutputBytes?: number;
  readonly providerJsonOnly: boolean;
  readonly providerEnv?: readonly string[];
  readonly providerPassEnv?: readonly string[];
  readonly providerTrustedDir?: readonly string[];
  readonly providerAllowInsecurePath: boolean;
  readonly providerAllowSymlinkCommand: boolean;
}

/**
 * The entry, `undefined` when no such flag was typed. Its fields are checked with the rest of the config.
 *
 * @throws AccessError `bad_input`
 */
export function providerOf(flags: ProviderFlags, path: string): object | undefined {
  const fields = Object.fromEntries(
    Object.entries(fieldsOf(flags)).filter(([, value]) => value !== undefined && value !== false),
  );
  if (Object.keys(fields).length === 0) return undefined;
  if (flags.providerSource === undefined)
    throw new AccessError("bad_input", "The --provider-… flags need --provider-source: env, file or exec.");
  if (!/^secrets\.providers\.[^.[\]]+$/.test(path))
    throw new AccessError(
      "bad_input",
      `--provider-… flags are for secrets.providers.<alias>, not for ${path}.`,
    );
  return fields;
}

function fieldsOf(flags: ProviderFlags): Readonly<Record<string, unknown>> {
  return {
    source: flags.providerSource,
    allowlist: flags.providerAllowlist,
    path: flags.providerPath,
    mode: flags.providerMode,
    maxBytes: flags.providerMaxBytes,
    timeoutMs: flags.providerTimeoutMs,
    command: flags.providerCommand,
    args: flags.providerArg,
    noOutputTimeoutMs: flags.providerNoOutputTimeoutMs,
    maxOutputBytes: flags.providerMaxOutputBytes,
    jsonOnly: flags.providerJsonOnly,
    env: flags.providerEnv && variables(flags.providerEnv),
    passEnv: flags.providerPassEnv,
    trustedDirs: flags.providerTrustedDir,
    allowInsecurePath: flags.providerAllowInsecurePath,
    allowSymlinkCommand: flags.providerAllowSymlinkCommand,
  };
}

function variables(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^([A-Za-z_]\w*)=([^]*)$/.exec(pair) ?? [];
      if (name !== undefined && value !== undefined) return [name, value];
      // The rest of the text may be a secret.
      throw new AccessError("bad_input", "--provider-env takes KEY=VALUE.");
    }),
  );
}
