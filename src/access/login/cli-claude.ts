// The Claude CLI's own login, reused: `claude` is asked whether there is one, and keeps it. What is stored is a
// marker without a secret (OpenClaw docs, "Anthropic: Claude CLI reuse"; providers/oauth.json, anthropic-claude-cli).
import { resolve } from "node:path";
import type { Config } from "../../config/config.ts";
import { untilde } from "../../config/paths.ts";
import { AccessError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { parseObject } from "../../core/json.ts";
import { CLAUDE_CLI } from "../../providers/claude-cli.ts";
import type { ProgramAnswer } from "./cli-program.ts";
import { askProgram } from "./cli-program.ts";
import type { FlowContext, Obtained } from "./flow.ts";

const STATUS = ["auth", "status", "--json"] as const;

/** @throws AccessError `bad_input` when it cannot be asked or is logged out; `cancelled` */
export async function claudeLogin({ deps, talk }: FlowContext): Promise<Obtained> {
  const command = commandOf(deps.config(), deps.paths().home);
  const answer = await talk.wait((signal) => askProgram({ command, args: STATUS, env: deps.env(), signal }));
  const { email, plan } = loginIn(answer, command);
  talk.notify(
    `The Claude CLI is logged in${plan === undefined ? "" : ` (${plan})`}. It keeps its login; no token of it is stored here.`,
  );
  return {
    credential: { type: "oauth", provider: CLAUDE_CLI, ...(email === undefined ? {} : { email }) },
    profileId: `anthropic:${CLAUDE_CLI}`,
    runtime: CLAUDE_CLI,
  };
}

/** As the config names it, else `claude` on `PATH`. */
function commandOf(config: Config, home: string): string {
  const named = config.cliBackends.get(CLAUDE_CLI)?.command?.trim();
  if (!named) return "claude";
  return /[/\\]/.test(named) ? resolve(untilde(named, home)) : named;
}

export interface ClaudeLogin {
  readonly email?: string;
  readonly plan?: string;
}

/**
 * What `claude auth status --json` says. Pure.
 *
 * @throws AccessError `bad_input`
 */
function loginIn(answer: ProgramAnswer, command: string): ClaudeLogin {
  if (answer.kind === "not_found") throw notFound(command);
  if (answer.kind === "failed") throw unclear(command, answer.why);
  const status = parseObject(answer.out);
  if (typeof status?.["loggedIn"] !== "boolean")
    throw unclear(command, `ended with code ${answer.exit} and did not say whether it is logged in`);
  if (!status["loggedIn"])
    throw refused("The Claude CLI is not logged in on this host.", "Log it in first: claude auth login");
  return detailsIn(status);
}

/** Another program's words are shown and stored only where they are what they should be. */
function detailsIn({ email, subscriptionType }: JsonObject): ClaudeLogin {
  return {
    ...(typeof email === "string" && /^[^\s@\p{Cc}]{1,64}@[^\s@\p{Cc}]{1,190}$/u.test(email)
      ? { email }
      : {}),
    ...(typeof subscriptionType === "string" && /^[\w-]{1,40}$/.test(subscriptionType)
      ? { plan: subscriptionType }
      : {}),
  };
}

const SETTING = `agents.defaults.cliBackends.${CLAUDE_CLI}.command`;

const notFound = (command: string): AccessError =>
  command === "claude"
    ? refused(
        "There is no program claude on PATH.",
        `Install Claude Code, or set ${SETTING} in openclaw.json to where it is.`,
      )
    : refused(
        `${command} does not exist.`,
        `Correct ${SETTING} in openclaw.json, or remove it and install Claude Code so that claude is on PATH.`,
      );

const unclear = (command: string, why: string): AccessError =>
  refused(
    `${command} ${STATUS.join(" ")}: it ${why}.`,
    `Run that by hand to see why; an old Claude Code needs an update: claude update`,
  );

const refused = (why: string, remedy: string): AccessError =>
  new AccessError("bad_input", `${why} Nothing was saved. ${remedy}`);
