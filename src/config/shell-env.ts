// Variables that the user's login shell sets (fidelity spec §7, `env.shellEnv`): run once, on request only.
import { isAbsolute } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

const MOST_BYTES = 4 * 1024 * 1024;

/**
 * The environment inside a login shell, which reads the user's profile. Blocks until it ends or time is up.
 *
 * @param secret variables that the shell is not given: it has no need of the keys that are known already
 */
export function readShellEnvironment(
  env: Environment,
  secret: (name: string) => boolean,
  timeoutMs: number,
): { values: Record<string, string>; warnings: string[] } {
  // Asked for here, not imported: most commands never start a shell.
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const named = env["SHELL"]?.trim() ?? "";
  const shell = isAbsolute(named) ? named : "/bin/sh";
  // The first zero byte ends whatever the profile prints by itself.
  const result = spawnSync(shell, ["-l", "-c", "printf '\\0'; env -0"], {
    env: Object.fromEntries(Object.entries(env).filter(([name]) => !secret(name))),
    stdio: ["ignore", "pipe", "ignore"],
    timeout: timeoutMs,
    killSignal: "SIGKILL",
    maxBuffer: MOST_BYTES,
    encoding: "utf8",
  });
  if (result.error || result.status !== 0) {
    const late = (result.error as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT";
    const reason = late ? `did not answer within ${timeoutMs} ms` : "failed";
    return { values: {}, warnings: [`The login shell ${shell} ${reason}; its variables were left out.`] };
  }
  const entries = result.stdout.split("\0").slice(1);
  const pairs = entries.map(
    (entry) => [entry.split("=", 1)[0]!, entry.slice(entry.indexOf("=") + 1)] as const,
  );
  return { values: Object.fromEntries(pairs.filter(([name]) => name !== "")), warnings: [] };
}
