// What `secrets apply` and `secrets configure` share: reading a plan, the question before it, and what is said after it.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { ApplyReport } from "../access/secrets-apply/report.ts";
import { parseDocument } from "../config/document.ts";
import { AccessError, messageOf } from "../core/errors.ts";
import type { SecretPlan } from "../core/secret-plan.ts";
import { parsePlan } from "../core/secret-plan.ts";
import { terminalTalk } from "./ask.ts";
import type { Io } from "./io.ts";

/** @throws AccessError `bad_input` */
export function planFile(positional: string | undefined, from: string | undefined): string {
  if ((positional === undefined) === (from === undefined))
    throw new AccessError("bad_input", "Name one plan: openclaw secrets apply <plan>");
  return resolve((positional ?? from)!);
}

/** @throws AccessError `bad_input` that names the file */
export function readPlan(file: string): SecretPlan {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new AccessError("bad_input", `${file} cannot be read: ${messageOf(cause)}.`, { cause });
  }
  const parsed = parseDocument(bytes);
  if ("issues" in parsed)
    throw new AccessError("bad_input", `${file}: the file ${parsed.issues[0]!.message}.`);
  return parsePlan(parsed.value);
}

interface Asking {
  readonly yes: boolean;
  readonly json: boolean;
  readonly dryRun: boolean;
}

/** @throws AccessError `no_terminal` when asked without a terminal; `cancelled` */
export function confirming(io: Io, { yes, json, dryRun }: Asking) {
  if (yes || dryRun) return {};
  return {
    async confirm({ targets }: ApplyReport) {
      const talk = terminalTalk(
        io,
        json,
        "Plain text is removed for good, also from backups. Without a terminal, say so with --yes. Nothing was changed.",
      );
      const count = targets.filter(({ was }) => was === "plaintext").length;
      const what = count === 1 ? "1 secret" : `${count} secrets`;
      const question = `Put ${what} behind references, and remove the plain text, also from backups and from what "models undo" could bring back?`;
      if (!(await talk.confirm(question, false)))
        throw new AccessError("cancelled", "Cancelled. Nothing was changed.");
    },
  };
}

/** @returns the exit code */
export function printApplied(io: Io, report: ApplyReport, asJson: boolean): number {
  const { ok, dryRun, problems, differing, remains, notScrubbed } = report;
  for (const problem of problems) io.say(`Error: ${problem}`);
  if (dryRun)
    for (const place of differing)
      io.say(`${place}: the reference holds another secret than stands there; that needs --replace.`);
  for (const file of remains) io.say(`Warning: a secret that was moved still stands in ${file}`);
  for (const file of notScrubbed)
    io.say(`Warning: ${file}: a program keeps old pages of its log. End it, and run this again.`);
  if (asJson) io.json(report);
  else for (const line of linesOf(report)) io.out(line);
  return ok ? 0 : 1;
}

function* linesOf({
  dryRun,
  ok,
  targets,
  resumed,
  changedFiles,
  skippedExecRefs,
}: ApplyReport): Iterable<string> {
  if (resumed) yield "An earlier run was cut short; this finished it.";
  for (const { path, agentId, ref, was } of targets)
    yield `${path}${agentId === undefined ? "" : ` of agent ${agentId}`}: ${was} → ${ref}`;
  if (dryRun) yield ok ? "This plan can be applied. Nothing was written." : "Nothing was written.";
  else yield changedFiles.length === 0 ? "Nothing was to be changed." : `Changed: ${changedFiles.join(", ")}`;
  if (skippedExecRefs > 0)
    yield `References to programs that were not tried: ${skippedExecRefs}. With --allow-exec they are.`;
}
