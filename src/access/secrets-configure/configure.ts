// `secrets configure`: asks where the secrets are to be, which of them, and under which ids; tries all of that, and ends
// with a plan. Nothing is written here: who leaves a question leaves everything as it was.
import type { AgentId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import { parsePlan } from "../../core/secret-plan.ts";
import type { Talk } from "../login/talk.ts";
import type { CommandDeps } from "../open-deps.ts";
import type { ApplyReport } from "../secrets-apply/report.ts";
import { applyPlan } from "../secrets-apply/apply.ts";
import type { Candidate } from "./candidates.ts";
import { candidatesOf } from "./candidates.ts";
import type { Source } from "./source.ts";
import { chooseSource, idFor } from "./source.ts";

export interface ConfigureOptions {
  readonly agent?: AgentId | undefined;
  readonly providersOnly: boolean;
  readonly skipProviderSetup: boolean;
  /** Programs may be started; asked for when `false`. */
  readonly allowExec: boolean;
}

export interface Configured {
  /** as OpenClaw has it: fit for a file */
  readonly plan: JsonObject;
  readonly preflight: ApplyReport;
  readonly allowExec: boolean;
}

/** @returns nothing when there is nothing to move @throws AccessError `cancelled`, and what `applyPlan` does */
export async function configureSecrets(
  deps: CommandDeps,
  talk: Talk,
  options: ConfigureOptions,
): Promise<Configured | undefined> {
  const candidates = options.providersOnly ? [] : await candidatesOf(deps, options.agent);
  if (candidates.length === 0 && !options.providersOnly) return undefined;
  const where = { home: deps.paths().home, mayAdd: !options.skipProviderSetup };
  const source = await chooseSource(talk, deps.config().secretProviders, where);
  const chosen = options.providersOnly
    ? []
    : await talk.chooseMany(
        "Which secrets go there?",
        candidates.map((value) => ({ value, label: value.place })),
        candidates,
      );
  if (chosen.length === 0 && !options.providersOnly) return undefined;
  const allowExec = options.allowExec || (source.kind === "exec" && (await mayStart(talk, source)));
  return await tried(deps, talk, { source, chosen, allowExec });
}

const mayStart = (talk: Talk, { alias }: Source): Promise<boolean> =>
  talk.confirm(`May the program of ${alias} be started, to see whether it has the secrets?`, true);

interface Chosen {
  readonly source: Source;
  readonly chosen: readonly Candidate[];
  readonly allowExec: boolean;
}

/** Asks for ids until all are had, or the person wants the plan as it is. */
async function tried(
  deps: CommandDeps,
  talk: Talk,
  { source, chosen, allowExec }: Chosen,
): Promise<Configured> {
  for (let asks = !source.fills; ; asks = true) {
    const targets: JsonObject[] = [];
    for (const candidate of chosen) {
      const id = await idFor(talk, source, candidate, asks);
      targets.push({
        ...candidate.target,
        ref: { source: source.kind, provider: source.alias, id: id.trim() },
      });
    }
    const plan = planOf(source, targets);
    const options = { allowExec, replace: false, dryRun: true };
    const preflight = await applyPlan(deps, parsePlan(plan), options);
    for (const { path, agentId, ref } of preflight.targets)
      talk.notify(`${path}${agentId === undefined ? "" : ` of agent ${agentId}`} → ${ref}`);
    for (const problem of preflight.problems) talk.notify(problem);
    for (const place of preflight.differing)
      talk.notify(`${place}: the reference holds another secret than stands there.`);
    if (preflight.ok || chosen.length === 0) return { plan, preflight, allowExec };
    if (!(await talk.confirm("Not all can be had so. Name other ids?", true)))
      return { plan, preflight, allowExec };
  }
}

function planOf({ alias, block, fills }: Source, targets: readonly JsonObject[]): JsonObject {
  return {
    version: 1,
    protocolVersion: 1,
    ...(block && { providerUpserts: { [alias]: block } }),
    targets,
    options: {
      scrubEnv: true,
      scrubAuthProfilesForProviderTargets: true,
      scrubLegacyAuthJson: true,
      ...(fills && { fillFiles: true }),
    },
  };
}
