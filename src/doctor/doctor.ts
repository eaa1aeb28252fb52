// `openclaw doctor`: what is wrong, what can be done about it, and doing it.
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { CommandDeps } from "../access/open-deps.ts";
import { AccessError } from "../core/errors.ts";
import { CHECKS } from "./all.ts";
import type { Check, Problem, Severity } from "./check.ts";
import { SEVERITIES } from "./check.ts";
import type { Hands } from "./hands.ts";
import { observe } from "./observe.ts";
import type { Plan } from "./plan.ts";
import { planRepairs } from "./plan.ts";

export interface Finding {
  readonly checkId: string;
  readonly severity: Severity;
  readonly message: string;
  readonly path?: string;
  readonly fixHint?: string;
}

/** `openclaw doctor --lint --json` (fidelity spec §10). */
export interface LintReport {
  /** no finding at or above the threshold */
  readonly ok: boolean;
  readonly checksRun: number;
  readonly checksSkipped: number;
  readonly findings: readonly Finding[];
}

export interface DoctorReport extends LintReport {
  /** what `--fix` would do, or did */
  readonly plan: readonly { readonly checkId: string; readonly repair: string }[];
  /** what could be repaired, but not without changing which credentials are used */
  readonly refused: Plan["refused"];
  readonly applied: boolean;
  readonly backups: readonly string[];
}

export interface Selection {
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  /** Findings below are left out. */
  readonly severityMin?: Severity;
}

/**
 * Writes nothing.
 *
 * @throws AccessError `bad_input` for a check that does not exist
 */
export async function lint(deps: CommandDeps, selection: Selection = {}): Promise<LintReport> {
  const checks = selected(selection);
  const world = await observe(deps);
  const least = SEVERITIES.indexOf(selection.severityMin ?? "info");
  const findings = checks
    .flatMap((check) => check.look(world).map((problem) => findingOf(check, problem)))
    .filter(({ severity }) => SEVERITIES.indexOf(severity) >= least);
  return {
    ok: findings.length === 0,
    checksRun: checks.length,
    checksSkipped: CHECKS.length - checks.length,
    findings,
  };
}

export interface Diagnosis {
  readonly plan: Plan;
  readonly report: DoctorReport;
}

/** Writes nothing. */
export async function diagnose(deps: CommandDeps): Promise<Diagnosis> {
  const world = await observe(deps);
  const plan = planRepairs(world, CHECKS);
  const findings = CHECKS.flatMap((check) => [
    ...check.look(world).map((problem) => findingOf(check, problem)),
    ...plan.refused
      .filter(({ checkId }) => checkId === check.id)
      .map(({ checkId, message }): Finding => ({ checkId, severity: "warning", message })),
  ]);
  const report = {
    ok: findings.length === 0,
    checksRun: CHECKS.length,
    checksSkipped: 0,
    findings,
    plan: plan.steps,
    refused: plan.refused,
    applied: false,
    backups: [],
  };
  return { plan, report };
}

/**
 * Carries out what `diagnose` found, then looks again. One doctor at a time: a second one finds it done.
 *
 * @throws AccessError `store_unwritable`, `config_conflict` …; says whether everything is as it was
 */
export async function carryOut(deps: CommandDeps, agreed: Diagnosis, hands?: Hands): Promise<DoctorReport> {
  if (agreed.plan.steps.length === 0) return agreed.report;
  const [{ applyPlan }, { handsOf }, { withConfigLock }] = await Promise.all([
    import("./apply.ts"),
    import("./hands.ts"),
    import("../config/config-lock.ts"),
  ]);
  return withConfigLock(join(deps.paths().globalDir, "doctor-lock.sqlite"), async () => {
    const { plan, report } = await diagnose(deps);
    if (plan.steps.length === 0) return report;
    if (!isDeepStrictEqual(plan.steps, agreed.plan.steps))
      throw new AccessError(
        "config_conflict",
        "Something changed meanwhile. Nothing was done; run doctor again.",
      );
    const { backups } = await applyPlan(plan, hands ?? handsOf(deps), () => observe(deps));
    const after = await diagnose(deps);
    return { ...after.report, plan: report.plan, applied: true, backups };
  });
}

/** @throws AccessError `bad_input` for a check that does not exist: a script would take its silence for health */
function selected({ only = [], skip = [] }: Selection): Check[] {
  const known = CHECKS.map(({ id }) => id);
  const unknown = [...only, ...skip].filter((id) => !known.includes(id));
  if (unknown.length > 0)
    throw new AccessError(
      "bad_input",
      `There is no check ${unknown.join(", ")}. The checks: ${known.join(", ")}.`,
    );
  return CHECKS.filter(({ id }) => (only.length === 0 || only.includes(id)) && !skip.includes(id));
}

function findingOf({ id }: Check, { severity, message, path, fixHint }: Problem): Finding {
  const place = { ...(path !== undefined && { path }), ...(fixHint !== undefined && { fixHint }) };
  return { checkId: id, severity, message, ...place };
}
