import { buildCommand } from "@stricli/core";
import type { AuditReport } from "../../../access/secrets-audit.ts";
import type { Session } from "../../command.ts";
import { JSON_FLAG, switchFlag } from "../../command.ts";
import { EXIT_FAILURE } from "../../exit.ts";

interface Flags {
  readonly json: boolean;
  readonly check: boolean;
  readonly allowExec: boolean;
}

/** Scripts tell them from mere findings (OpenClaw docs, "Secrets"). */
const EXIT_UNRESOLVED = 2;

export default buildCommand({
  docs: {
    brief: "Find secrets in plain text, and references that lead nowhere",
    fullDescription:
      "Looks into openclaw.json, .env, every agent's store, models.json and old stores; changes nothing. Exits 2 when a reference cannot be had, and with --check 1 when anything else was found. Programs of secrets.providers are started with --allow-exec only.",
  },
  parameters: {
    flags: {
      check: switchFlag("Exit 1 when anything was found"),
      allowExec: switchFlag("Start the programs of secrets.providers to see whether their references work"),
      json: JSON_FLAG,
    },
  },
  async func(this: Session, { json, check, allowExec }: Flags) {
    const { auditSecrets } = await import("../../../access/secrets-audit.ts");
    const report = await auditSecrets(await this.deps(), { allowExec });
    if (report.status === "unresolved") this.exit(EXIT_UNRESOLVED);
    else if (check && report.status === "findings") this.exit(EXIT_FAILURE);
    if (json) return this.io.json(report);
    const { printable } = await import("../../render/text.ts");
    for (const line of linesOf(printable(report))) this.io.out(line);
  },
});

function* linesOf({ status, summary, findings, resolution }: AuditReport): Iterable<string> {
  const { plaintextCount, unresolvedRefCount, shadowedRefCount, legacyResidueCount } = summary;
  yield `Secrets audit: ${status}. plaintext=${plaintextCount}, unresolved=${unresolvedRefCount}, shadowed=${shadowedRefCount}, legacy=${legacyResidueCount}.`;
  for (const { code, file, jsonPath, message } of findings)
    yield `- [${code}] ${file}:${jsonPath} ${message}`;
  if (resolution.skippedExecRefs > 0)
    yield `References to programs that were not tried: ${resolution.skippedExecRefs}. With --allow-exec they are.`;
}
