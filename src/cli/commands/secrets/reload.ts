import { buildCommand } from "@stricli/core";
import type { CommandDeps } from "../../../access/open-deps.ts";
import { AccessError } from "../../../core/errors.ts";
import { isObject } from "../../../core/json.ts";
import type { SecretsReport } from "../../../gateway/secrets/report.ts";
import type { Session } from "../../command.ts";
import { JSON_FLAG, optionalText } from "../../command.ts";
import { EXIT_FAILURE } from "../../exit.ts";
import { wholeNumberFlag } from "../../number-flag.ts";

interface Flags {
  readonly json: boolean;
  readonly url?: string;
  readonly token?: string;
  readonly password?: string;
  readonly timeout?: number;
}

/** Programs may take their time. */
const USUAL_TIMEOUT_MS = 30_000;

export default buildCommand({
  docs: {
    brief: "Have the running gateway ask for all secrets again",
    fullDescription:
      "The gateway asks files and programs that secrets.providers names, and takes over what they say in one step. A secret that cannot be had keeps its last good value, and this exits 1.",
  },
  parameters: {
    flags: {
      json: JSON_FLAG,
      url: optionalText("Another gateway than this machine's; takes --token or --password", "ws://…"),
      token: optionalText("The gateway's token", "secret"),
      password: optionalText("The gateway's password", "secret"),
      timeout: wholeNumberFlag("--timeout", "Longest wait for its answer, 30000 when left out", "ms"),
    },
  },
  async func(this: Session, flags: Flags) {
    const { json } = flags;
    const report = await reported(await this.deps(), flags);
    if (report.failing.length > 0) this.exit(EXIT_FAILURE);
    if (json) return this.io.json({ ok: report.failing.length === 0, ...report });
    for (const line of linesOf(report)) this.io.out(line);
    for (const { ref, problem, places, kept } of report.failing) {
      const then = kept ? "Its last good value stays in use." : "Calls do without it.";
      this.io.say(`${ref} (${places.join(", ")}) cannot be had: ${problem}. ${then}`);
    }
  },
});

/** The gateway of this machine is asked by signal, which takes no token; another one, or with a token, over its socket. */
async function reported(deps: CommandDeps, flags: Flags): Promise<SecretsReport> {
  const { timeout: timeoutMs = USUAL_TIMEOUT_MS, url, token, password } = flags;
  if (url === undefined && token === undefined && password === undefined) {
    const { reloadSecrets } = await import("../../../gateway/lifecycle/control.ts");
    return reloadSecrets(deps.paths(), timeoutMs);
  }
  const [{ callTarget }, { callGateway }] = await Promise.all([
    import("../../../gateway/control-plane/call-target.ts"),
    import("../../../gateway/control-plane/client.ts"),
  ]);
  const target = await callTarget(deps, flags);
  const request = { method: "secrets.reload", params: {}, timeoutMs, expectFinal: false };
  const answer = await callGateway(target, { ...request, version: deps.version });
  if (!answer.ok)
    throw new AccessError("upstream_failed", `The gateway refused: ${String(answer.error["message"])}`);
  return reportIn(answer.payload);
}

/** A gateway of OpenClaw says less. */
function reportIn(payload: unknown): SecretsReport {
  const { refs, resolved, changed, failing, warningCount } = isObject(payload) ? payload : {};
  return {
    refs: typeof refs === "number" ? refs : 0,
    resolved: typeof resolved === "number" ? resolved : 0,
    changed: Array.isArray(changed) ? changed : [],
    failing: Array.isArray(failing) ? failing : [],
    warningCount: typeof warningCount === "number" ? warningCount : 0,
  };
}

function* linesOf({ refs, resolved, changed }: SecretsReport): Iterable<string> {
  if (refs === 0) return yield "No secret is a reference.";
  yield `${resolved} of ${refs} references were had.`;
  yield changed.length === 0 ? "None has changed." : `Changed: ${changed.join(", ")}`;
}
