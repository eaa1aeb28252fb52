// What a program that calls a model gets of our environment: what it needs to find its own login and its network. No
// key of ours: it would be used instead of the login, or told to the model's tools.
import { isPassedOn } from "../login/cli-program.ts";
import type { Environment } from "../../secrets/env.ts";
import type { CliBackend } from "../../providers/cli-backends.ts";

const NETWORK = /^((https?|all|no)_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|CODEX_HOME)$/i;

export function environmentFor({ settings }: CliBackend, env: Environment): Record<string, string> {
  const cleared = new Set(settings.clearEnv);
  const passed = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && !cleared.has(name) && (isPassedOn(name) || NETWORK.test(name))
      ? [[name, value]]
      : [],
  );
  return { NO_COLOR: "1", ...(Object.fromEntries(passed) as Record<string, string>), ...settings.env };
}
