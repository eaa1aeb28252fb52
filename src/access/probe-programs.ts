// Programs that make the calls themselves, probed: by a turn of their own, or by asking whether they are logged in.
import { resolve } from "node:path";
import { untilde } from "../config/paths.ts";
import type { AuthProfile } from "../core/credential.ts";
import type { AgentId } from "../core/ids.ts";
import type { ProbeRow } from "../core/probe.ts";
import type { CliBackend } from "../providers/cli-backends.ts";
import type { CliBackends, Sender } from "./cli-backends/cli-backends.ts";
import type { Deps } from "./deps.ts";

export class ProbePrograms {
  readonly #deps: Deps;
  readonly #agent: AgentId;
  #backends: Promise<CliBackends> | undefined;

  constructor(deps: Deps, agent: AgentId) {
    this.#deps = deps;
    this.#agent = agent;
  }

  /** Runs one turn as the gateway would. */
  async sender(backend: CliBackend, profile: AuthProfile): Promise<Sender> {
    this.#backends ??= import("./cli-backends/cli-backends.ts").then(
      (room) => new room.CliBackends(this.#deps),
    );
    const { config, env } = this.#deps;
    return (await this.#backends).sender({
      backend,
      agent: this.#agent,
      profile,
      env: env(),
      config: config(),
    });
  }

  /** Ends what still runs. */
  async close(): Promise<void> {
    await (await this.#backends)?.close();
  }
}

export type LoginState = Pick<ProbeRow, "status" | "error">;

/** Without a token being spent. Never rejects. */
export async function loginOf(
  deps: Deps,
  backend: CliBackend,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<LoginState> {
  const { settings, asksLogin, install } = backend;
  const { command: named } = settings;
  if (!asksLogin) return unknown(`${backend.id} is not known to tell whether it is logged in. ${REMEDY}`);
  const { askProgram } = await import("./login/cli-program.ts");
  const command = /[/\\]/.test(named) ? resolve(untilde(named, deps.paths().home)) : named;
  const own = settings.env ?? {};
  const answer = await askProgram({ command, args: asksLogin.args, env: deps.env(), own, timeoutMs, signal });
  const asked = `${command} ${asksLogin.args.join(" ")}`;
  if (answer.kind === "not_found") return unknown(`There is no program ${command} here. ${install}.`);
  if (answer.kind === "failed") return unknown(`${asked}: it ${answer.why}.`);
  const isLoggedIn = asksLogin.read(answer.out, answer.exit);
  if (isLoggedIn === undefined)
    return unknown(`${asked} ended with code ${answer.exit} and did not say whether it is logged in.`);
  return isLoggedIn
    ? { status: "ok" }
    : {
        status: "auth",
        error: `${backend.id} is not logged in on this host. Log it in: ${asksLogin.remedy}`,
      };
}

const unknown = (error: string): LoginState => ({ status: "unknown", error });

const REMEDY = "Leave out --probe-free to ask for a few tokens instead.";
