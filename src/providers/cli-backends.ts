// The programs that run a model's turns with a login of their own, and how each is spoken to: what is built in, under
// what `agents.defaults.cliBackends.<id>` says (OpenClaw docs, "CLI backends").
import type { CliBackendSettings } from "../config/cli-backends.ts";
import type { Config } from "../config/config.ts";
import type { CliDialect } from "../wire/cli/reader.ts";
import type { KnownProgram } from "./cli-programs.ts";
import { KNOWN_PROGRAMS } from "./cli-programs.ts";

export interface CliBackend {
  readonly id: string;
  readonly settings: CliBackendSettings & { readonly command: string };
  readonly dialect: CliDialect;
  /** the same when a session goes on */
  readonly resumeDialect: CliDialect;
  /** flag before the effort, for programs that take one */
  readonly effortArg?: string;
  /** what to do about a missing program, beside naming another one */
  readonly install: string;
  /** How it is asked whether it is logged in, where it can be. */
  readonly asksLogin?: LoginQuestion;
}

export interface LoginQuestion {
  readonly args: readonly string[];
  /** `undefined` when it did not say */
  readonly read: (out: string, exit: number | null) => boolean | undefined;
  /** the command to log in with */
  readonly remedy: string;
}

const KNOWN = new WeakMap<Config, Map<string, CliBackend | undefined>>();

/** `undefined` when nobody knows a program by that id. */
export function cliBackend(config: Config, id: string): CliBackend | undefined {
  if (!KNOWN_PROGRAMS.has(id) && !config.cliBackends.has(id)) return undefined;
  const known = KNOWN.get(config) ?? new Map<string, CliBackend | undefined>();
  KNOWN.set(config, known);
  if (!known.has(id)) known.set(id, made(id, config.cliBackends.get(id) ?? {}));
  return known.get(id);
}

function made(id: string, own: CliBackendSettings): CliBackend | undefined {
  const builtIn = KNOWN_PROGRAMS.get(id);
  const command = own.command ?? builtIn?.settings.command;
  if (command === undefined) return undefined;
  const env = { ...builtIn?.settings.env, ...own.env };
  const settings = { ...builtIn?.settings, ...own, ...resumedBy(builtIn, own), env, command };
  const dialect = dialectOf(builtIn, own, own.output);
  return {
    id,
    settings,
    dialect,
    resumeDialect: own.resumeOutput === undefined ? dialect : dialectOf(builtIn, own, own.resumeOutput),
    ...(builtIn?.effortArg && own.args === undefined ? { effortArg: builtIn.effortArg } : {}),
    install: builtIn?.install ?? "Install it",
    ...(builtIn?.asksLogin ? { asksLogin: builtIn.asksLogin } : {}),
  };
}

/** What one wants of a program holds for all turns of a conversation. */
function resumedBy(
  builtIn: KnownProgram | undefined,
  { args, resumeArgs }: CliBackendSettings,
): CliBackendSettings {
  if (!args || resumeArgs || !builtIn?.resume) return {};
  return { resumeArgs: [...args, ...builtIn.resume] };
}

function dialectOf(
  builtIn: KnownProgram | undefined,
  { jsonlDialect }: CliBackendSettings,
  output: CliBackendSettings["output"],
): CliDialect {
  if (output === "json" || output === "text") return output;
  return jsonlDialect ?? builtIn?.dialect ?? (output === "jsonl" ? "jsonl" : "text");
}

const REFERRED = new WeakMap<Config, readonly string[]>();

/**
 * Backends that the config names itself, in their own section or as the provider of a model: they are used with
 * whatever login their program has.
 */
export function namedBackends(config: Config): readonly string[] {
  const known = REFERRED.get(config) ?? findNamed(config);
  REFERRED.set(config, known);
  return known;
}

function findNamed(config: Config): string[] {
  const choices = [config.defaultModel, ...config.agents.flatMap(({ model }) => model ?? [])];
  const refs = [
    ...choices.flatMap(({ primary, fallbacks }) => [primary ?? "", ...(fallbacks ?? [])]),
    ...config.models.keys(),
  ];
  const ids = new Set([...config.cliBackends.keys(), ...refs.map(providerIn)]);
  return [...ids].filter((id) => cliBackend(config, id) !== undefined);
}

const providerIn = (ref: string): string =>
  ref
    .slice(0, Math.max(0, ref.indexOf("/")))
    .trim()
    .toLowerCase();
