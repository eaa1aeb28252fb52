// The programs that run a model's turns with a login of their own, and how each is spoken to: what is built in, under
// what `agents.defaults.cliBackends.<id>` says (OpenClaw docs, "CLI backends").
import type { CliBackendSettings } from "../config/cli-backends.ts";
import type { Config } from "../config/config.ts";
import type { CliDialect } from "../wire/cli/reader.ts";
import { CLAUDE_CLI } from "./claude-cli.ts";

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
}

interface BuiltIn extends Pick<CliBackend, "install" | "effortArg"> {
  readonly dialect: CliDialect;
  /** what goes behind arguments of one's own when a session goes on */
  readonly resume?: readonly string[];
  readonly settings: CliBackendSettings & { readonly command: string };
}

/**
 * Its settings of a project are not read, it asks nobody for permission and gets none, and it is the gateway that asks
 * again after an overload: on another credential first.
 */
const CLAUDE_ARGS = [
  "-p",
  "--output-format",
  "stream-json",
  "--include-partial-messages",
  "--verbose",
  "--setting-sources",
  "user",
  "--strict-mcp-config",
  "--permission-mode",
  "default",
  "--disallowedTools",
  "ScheduleWakeup,CronCreate,Bash(run_in_background:true),Monitor",
];
const CLAUDE_RESUME = ["--resume", "{sessionId}"];
/** As for Claude Code; what is asked comes by stdin. */
const GEMINI_ARGS = ["--skip-trust", "--approval-mode", "default", "--output-format", "stream-json"];
const GEMINI_RESUME = ["--resume", "{sessionId}"];
const CODEX_FLAGS = ["--json", "--skip-git-repo-check"];

const CODEX_CLI = "codex-cli";
const GEMINI_CLI = "google-gemini-cli";

const BUILT_IN: ReadonlyMap<string, BuiltIn> = new Map([
  [
    CLAUDE_CLI,
    {
      install: "Install Claude Code (npm install -g @anthropic-ai/claude-code)",
      dialect: "claude-stream-json",
      resume: CLAUDE_RESUME,
      effortArg: "--effort",
      settings: {
        command: "claude",
        args: CLAUDE_ARGS,
        resumeArgs: [...CLAUDE_ARGS, ...CLAUDE_RESUME],
        output: "jsonl",
        input: "stdin",
        env: {
          CLAUDE_CODE_MAX_RETRIES: "0",
          CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
          DISABLE_AUTOUPDATER: "1",
        },
        modelArg: "--model",
        sessionArg: "--session-id",
        sessionMode: "always",
        systemPromptFileArg: "--append-system-prompt-file",
        systemPromptWhen: "always",
        imageArg: "@",
        imagePathScope: "workspace",
      },
    },
  ],
  [
    CODEX_CLI,
    {
      install: "Install Codex (npm install -g @openai/codex)",
      dialect: "codex-json",
      settings: {
        command: "codex",
        args: ["exec", ...CODEX_FLAGS, "--sandbox", "read-only", "--color", "never"],
        resumeArgs: ["exec", "resume", ...CODEX_FLAGS, "-c", 'sandbox_mode="read-only"', "{sessionId}", "-"],
        output: "jsonl",
        input: "stdin",
        modelArg: "--model",
        sessionMode: "existing",
        systemPromptWhen: "first",
        imageArg: "--image",
        imageMode: "repeat",
      },
    },
  ],
  [
    GEMINI_CLI,
    {
      install: "Install the Gemini CLI (npm install -g @google/gemini-cli)",
      dialect: "gemini-stream-json",
      resume: GEMINI_RESUME,
      settings: {
        command: "gemini",
        args: GEMINI_ARGS,
        resumeArgs: [...GEMINI_ARGS, ...GEMINI_RESUME],
        output: "jsonl",
        input: "stdin",
        modelArg: "--model",
        modelAliases: {
          pro: "gemini-3.1-pro-preview",
          flash: "gemini-3.1-flash-preview",
          "flash-lite": "gemini-3.1-flash-lite",
        },
        sessionMode: "existing",
        sessionIdFields: ["session_id", "sessionId"],
        systemPromptWhen: "first",
        imageArg: "@",
        imagePathScope: "workspace",
        serialize: true,
      },
    },
  ],
]);

const KNOWN = new WeakMap<Config, Map<string, CliBackend | undefined>>();

/** `undefined` when nobody knows a program by that id. */
export function cliBackend(config: Config, id: string): CliBackend | undefined {
  if (!BUILT_IN.has(id) && !config.cliBackends.has(id)) return undefined;
  const known = KNOWN.get(config) ?? new Map<string, CliBackend | undefined>();
  KNOWN.set(config, known);
  if (!known.has(id)) known.set(id, made(id, config.cliBackends.get(id) ?? {}));
  return known.get(id);
}

function made(id: string, own: CliBackendSettings): CliBackend | undefined {
  const builtIn = BUILT_IN.get(id);
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
  };
}

/** What one wants of a program holds for all turns of a conversation. */
function resumedBy(
  builtIn: BuiltIn | undefined,
  { args, resumeArgs }: CliBackendSettings,
): CliBackendSettings {
  if (!args || resumeArgs || !builtIn?.resume) return {};
  return { resumeArgs: [...args, ...builtIn.resume] };
}

function dialectOf(
  builtIn: BuiltIn | undefined,
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
