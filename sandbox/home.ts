// The sandbox's own state dir, furnished through the doors that every user has: the config file and the
// command line. It is new at every start, like the accounts that it names.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ACCOUNTS, keyOf, MODELS } from "./accounts.ts";
import type { SandboxProvider } from "./accounts.ts";

export const SANDBOX_HOME = join(import.meta.dirname, "..", ".sandbox");

const APIS = {
  "sandbox-openai": { api: "openai-completions", path: "/v1" },
  "sandbox-responses": { api: "openai-responses", path: "/v1" },
  "sandbox-anthropic": { api: "anthropic-messages", path: "" },
} as const satisfies Record<SandboxProvider, { api: string; path: string }>;

/** What a program needs to work on the sandbox instead of the user's own files. */
export function sandboxEnvironment(): NodeJS.ProcessEnv {
  const {
    OPENCLAW_HOME: _home,
    OPENCLAW_CONFIG_PATH: _config,
    OPENCLAW_AGENT_DIR: _agent,
    ...env
  } = process.env;
  return { ...env, OPENCLAW_STATE_DIR: SANDBOX_HOME };
}

/**
 * @param upstreamUrl where the simulated accounts listen
 * @param cli path of the built entry point
 */
export function furnish(upstreamUrl: string, cli: string): void {
  rmSync(SANDBOX_HOME, { recursive: true, force: true });
  mkdirSync(SANDBOX_HOME, { mode: 0o700 });
  const config = `// The sandbox's configuration, written anew at every start.\n${JSON.stringify(configOf(upstreamUrl), null, 2)}\n`;
  writeFileSync(join(SANDBOX_HOME, "openclaw.json"), config, { mode: 0o600 });
  for (const account of ACCOUNTS) {
    const { provider, name } = account;
    const flags = ["--provider", provider, "--profile-id", `${provider}:${name}`];
    runCli(cli, ["models", "auth", "paste-api-key", ...flags], keyOf(account));
  }
}

function configOf(upstreamUrl: string): object {
  const providers = Object.entries(APIS).map(([id, { api, path }]) => {
    const models = MODELS[id as SandboxProvider].map((model) => ({ id: model, name: model }));
    return [id, { baseUrl: `${upstreamUrl}${path}`, api, models }];
  });
  return {
    gateway: { mode: "local" },
    agents: {
      defaults: {
        model: {
          primary: "sandbox-openai/gpt-sandbox",
          fallbacks: ["sandbox-openai/gpt-sandbox-mini", "sandbox-anthropic/claude-sandbox"],
        },
      },
    },
    models: { providers: Object.fromEntries(providers) },
  };
}

function runCli(cli: string, args: readonly string[], input: string): void {
  const { status, stderr } = spawnSync(process.execPath, [cli, ...args], {
    input,
    env: sandboxEnvironment(),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`openclaw ${args.join(" ")} ended with code ${status}: ${stderr.trim()}`);
}
