// Programs with a login of their own that are known without a word in the config, and how each is spoken to.
import type { CliBackendSettings } from "../config/cli-backends.ts";
import { parseObject } from "../core/json.ts";
import type { CliDialect } from "../wire/cli/reader.ts";
import { CLAUDE_CLI } from "./claude-cli.ts";
import type { CliBackend } from "./cli-backends.ts";

export interface KnownProgram extends Pick<CliBackend, "install" | "effortArg" | "asksLogin"> {
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

export const KNOWN_PROGRAMS: ReadonlyMap<string, KnownProgram> = new Map<string, KnownProgram>([
  [
    CLAUDE_CLI,
    {
      install: "Install Claude Code (npm install -g @anthropic-ai/claude-code)",
      dialect: "claude-stream-json",
      resume: CLAUDE_RESUME,
      asksLogin: {
        args: ["auth", "status", "--json"],
        read: (out) => {
          const loggedIn = parseObject(out)?.["loggedIn"];
          return typeof loggedIn === "boolean" ? loggedIn : undefined;
        },
        remedy: "claude auth login",
      },
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
      asksLogin: {
        args: ["login", "status"],
        read: (_out, exit) => (exit === 0 ? true : exit === 1 ? false : undefined),
        remedy: "codex login",
      },
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
