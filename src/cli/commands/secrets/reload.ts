import { buildCommand } from "@stricli/core";
import type { SecretsReport } from "../../../gateway/secrets.ts";
import type { Session } from "../../command.ts";
import { JSON_FLAG } from "../../command.ts";
import { EXIT_FAILURE } from "../../exit.ts";
import { wholeNumberFlag } from "../../number-flag.ts";

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
      timeout: wholeNumberFlag("--timeout", "Longest wait for its answer, 30000 when left out", "ms"),
    },
  },
  async func(this: Session, flags: { readonly json: boolean; readonly timeout?: number }) {
    const { json, timeout = USUAL_TIMEOUT_MS } = flags;
    const { reloadSecrets } = await import("../../../gateway/control.ts");
    const report = await reloadSecrets((await this.deps()).paths(), timeout);
    if (report.failing.length > 0) this.exit(EXIT_FAILURE);
    if (json) return this.io.json({ ok: report.failing.length === 0, ...report });
    for (const line of linesOf(report)) this.io.out(line);
    for (const { ref, problem, places, kept } of report.failing) {
      const then = kept ? "Its last good value stays in use." : "Calls do without it.";
      this.io.say(`${ref} (${places.join(", ")}) cannot be had: ${problem}. ${then}`);
    }
  },
});

function* linesOf({ refs, resolved, changed }: SecretsReport): Iterable<string> {
  if (refs === 0) return yield "No secret is a reference.";
  yield `${resolved} of ${refs} references were had.`;
  yield changed.length === 0 ? "None has changed." : `Changed: ${changed.join(", ")}`;
}
