// The sandbox's own state dir, furnished through the doors that every user has: the config file and the
// command line. It is new at every start, like the accounts that it names.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ACCOUNTS, keyOf, MODELS } from "./accounts.ts";
import type { SandboxProvider } from "./accounts.ts";

/** Where `npm start` keeps it. */
export const SANDBOX_HOME = join(import.meta.dirname, "..", ".sandbox");

const APIS = {
  "sandbox-openai": { api: "openai-completions", path: "/v1" },
  "sandbox-responses": { api: "openai-responses", path: "/v1" },
  "sandbox-anthropic": { api: "anthropic-messages", path: "" },
} as const satisfies Record<SandboxProvider, { api: string; path: string }>;

/** What a program needs to work on the sandbox instead of the user's own files. */
export function sandboxEnvironment(home: string): NodeJS.ProcessEnv {
  const {
    OPENCLAW_HOME: _home,
    OPENCLAW_CONFIG_PATH: _config,
    OPENCLAW_AGENT_DIR: _agent,
    PI_CODING_AGENT_DIR: _oldAgent,
    ...env
  } = process.env;
  return { ...env, OPENCLAW_STATE_DIR: home };
}

/**
 * @param home replaced by a new one
 * @param upstreamUrl where the simulated accounts listen
 * @param cli path of the built entry point
 */
export function furnish(home: string, upstreamUrl: string, cli: string): void {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { mode: 0o700 });
  const config = `// The sandbox's configuration, written anew at every start.\n${JSON.stringify(configOf(upstreamUrl), null, 2)}\n`;
  writeFileSync(join(home, "openclaw.json"), config, { mode: 0o600 });
  for (const account of ACCOUNTS) {
    const { provider, name } = account;
    const flags = ["--provider", provider, "--profile-id", `${provider}:${name}`];
    runCli(home, cli, ["models", "auth", "paste-api-key", ...flags], keyOf(account));
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

function runCli(home: string, cli: string, args: readonly string[], input: string): void {
  const { status, stderr } = spawnSync(process.execPath, [cli, ...args], {
    input,
    env: sandboxEnvironment(home),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`openclaw ${args.join(" ")} ended with code ${status}: ${stderr.trim()}`);
}
