import { buildCommand } from "@stricli/core";
import { AccessError } from "../../core/errors.ts";
import type { Diagnosis, DoctorReport, Selection } from "../../doctor/doctor.ts";
import type { Session } from "../command.ts";
import { JSON_FLAG, optionalText, switchFlag } from "../command.ts";
import { EXIT_FAILURE } from "../exit.ts";

interface Flags {
  readonly fix: boolean;
  readonly repair: boolean;
  readonly yes: boolean;
  readonly nonInteractive: boolean;
  readonly dryRun: boolean;
  readonly lint: boolean;
  readonly json: boolean;
  readonly severityMin?: string;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly all: boolean;
}

/** OpenClaw's switches for parts that are not here: taken, and without effect. */
const ELSEWHERE = {
  force: switchFlag("Taken for compatibility"),
  deep: switchFlag("Taken for compatibility"),
  allowExec: switchFlag("Taken for compatibility"),
  noWorkspaceSuggestions: switchFlag("Taken for compatibility"),
};

const checkIds = (brief: string) =>
  ({ kind: "parsed", parse: String, brief, placeholder: "check", variadic: true, optional: true }) as const;

/** Findings could not be produced at all (OpenClaw docs, "doctor", exit codes). */
const EXIT_LINT_BROKE = 2;

export default buildCommand({
  docs: { brief: "Find what is wrong with config and credentials; repair it with --fix" },
  parameters: {
    flags: {
      fix: switchFlag("Repair what can be repaired; a terminal is asked first"),
      repair: switchFlag("The same as --fix"),
      yes: switchFlag("Do not ask"),
      nonInteractive: switchFlag("Do not ask"),
      dryRun: switchFlag("With --fix: show the plan and write nothing"),
      lint: switchFlag("Findings only, for scripts: exit 1 when there are any, 2 when it could not look"),
      json: JSON_FLAG,
      severityMin: optionalText("With --lint: leave out findings below info, warning or error", "level"),
      only: checkIds("With --lint: run this check only; may be repeated"),
      skip: checkIds("With --lint: leave out this check; may be repeated"),
      all: switchFlag("With --lint: run every check, which is what happens anyway"),
      ...ELSEWHERE,
    },
  },
  async func(this: Session, flags: Flags) {
    refuseContradictions(flags);
    if (flags.lint) await runLint(this, flags);
    else await runDoctor(this, flags);
  },
});

function refuseContradictions(flags: Flags): void {
  const { lint, severityMin, only, skip, all } = flags;
  if (lint && (flags.fix || flags.repair))
    throw new AccessError("bad_input", "--lint only looks; it does not go with --fix. Nothing was changed.");
  const stray =
    severityMin !== undefined
      ? "--severity-min"
      : only?.length
        ? "--only"
        : skip?.length
          ? "--skip"
          : all
            ? "--all"
            : "";
  if (!lint && stray) throw new AccessError("bad_input", `${stray} goes with --lint only.`);
}

async function runLint({ io, deps, exit }: Session, flags: Flags): Promise<void> {
  const { severityMin, only = [], skip = [] } = flags;
  try {
    const selection: Selection = { only, skip, ...severityOf(severityMin) };
    const { lint } = await import("../../doctor/doctor.ts");
    const report = await lint(await deps(), selection);
    if (flags.json) io.json(report);
    else io.out((await import("../render/doctor.ts")).renderLint(report));
    if (!report.ok) exit(EXIT_FAILURE);
  } catch (error) {
    const { messageOf } = await import("../../core/errors.ts");
    const code = error instanceof AccessError ? error.code : "internal";
    io.say(`Error: ${messageOf(error)}`);
    if (flags.json && !io.answered) io.json({ error: { code, message: messageOf(error) } });
    exit(EXIT_LINT_BROKE);
  }
}

function severityOf(text: string | undefined): Pick<Selection, "severityMin"> {
  if (text === undefined) return {};
  if (text === "info" || text === "warning" || text === "error") return { severityMin: text };
  throw new AccessError("bad_input", `--severity-min is info, warning or error, not "${text}".`);
}

async function runDoctor(session: Session, flags: Flags): Promise<void> {
  const { io } = session;
  const [{ diagnose }, { renderFindings, renderPlan }] = await Promise.all([
    import("../../doctor/doctor.ts"),
    import("../render/doctor.ts"),
  ]);
  const deps = await session.deps();
  const diagnosis = await diagnose(deps);
  const { report } = diagnosis;
  const fixing = (flags.fix || flags.repair) && !flags.dryRun;
  if (!flags.json) {
    if (!fixing) io.out(renderFindings(report, io));
    if (report.plan.length > 0) io.out(renderPlan(report, io));
  }
  if (fixing) await repairAll(session, flags, diagnosis);
  else if (flags.json) io.json(report);
  else if (report.plan.length > 0) io.out("To do this: openclaw doctor --fix");
}

async function repairAll(session: Session, flags: Flags, diagnosis: Diagnosis): Promise<void> {
  const { io } = session;
  const { plan, report } = diagnosis;
  if (report.plan.length > 0) await askFirst(session, flags, report);
  const { carryOut } = await import("../../doctor/doctor.ts");
  const done = await carryOut(await session.deps(), diagnosis);
  if (flags.json) io.json(done);
  else io.out(await outcome(io, done));
  // A config that cannot be read leaves the rest without repair.
  if (!plan.before.config.usable || done.refused.length > 0) session.exit(EXIT_FAILURE);
}

async function outcome(io: Session["io"], done: DoctorReport): Promise<string> {
  const { renderDone, renderFindings } = await import("../render/doctor.ts");
  if (done.applied) return renderDone(done, io);
  const head = done.refused.length > 0 ? "Nothing was repaired." : "There is nothing to repair.";
  return `${head}\n${renderFindings(done, io)}`;
}

/** @throws AccessError `cancelled` */
async function askFirst(
  { io }: Session,
  { yes, nonInteractive, json }: Flags,
  report: DoctorReport,
): Promise<void> {
  if (yes || nonInteractive || !io.inIsTerminal) return;
  const [{ terminalTalk }, { renderPlan }] = await Promise.all([
    import("../ask.ts"),
    import("../render/doctor.ts"),
  ]);
  const talk = terminalTalk(io, json, "There is nowhere to ask. To repair without asking: --yes");
  if (json) io.say(renderPlan(report, { colors: false }));
  if (await talk.confirm("Do this now?", true)) return;
  throw new AccessError("cancelled", "Cancelled. Nothing was changed.");
}
