// `secrets apply`: secrets in plain text go behind references, and out of every place in which they stood (OpenClaw docs,
// "Secrets apply plan contract"). In this order: files get what they lack; the config and each store get references,
// each file in one step; every reference is had again; only then old places and copies lose the secret. A kill leaves
// each place with its secret or with a reference that can be had, and the next run finishes.
import { join } from "node:path";
import { withConfigLock } from "../../config/config-lock.ts";
import { loadConfig } from "../../config/load.ts";
import type { Config } from "../../config/config.ts";
import { AccessError } from "../../core/errors.ts";
import type { SecretPlan } from "../../core/secret-plan.ts";
import { placeOf } from "../../core/secret-plan.ts";
import { refKey } from "../../core/secret-ref.ts";
import type { RefOutcomes } from "../../secrets/resolve.ts";
import { resolveRefs } from "../../secrets/resolve.ts";
import { InstallKey } from "../../store/generation.ts";
import type { CommandDeps } from "../open-deps.ts";
import { recover, scrubCopies, sweep, vacuum } from "./copies.ts";
import { fill } from "./files-to-fill.ts";
import { fingerprint, readJournal, removeJournal, writeJournal } from "./journal.ts";
import type { Moved } from "./moved.ts";
import { valuesOf } from "./moved.ts";
import type { Preflight, PreflightOptions } from "./preflight.ts";
import { preflight, sourcesOf } from "./preflight.ts";
import type { ApplyReport } from "./report.ts";
import { reportOf } from "./report.ts";
import { homesOf, scrubOld } from "./scrub-old.ts";
import type { Standing } from "./standing.ts";
import { secretOf } from "./standing.ts";
import type { Step } from "./write.ts";
import { writeConfigTargets, writeLast, writeStores } from "./write.ts";

export interface ApplyOptions extends PreflightOptions {
  /** Also where a reference holds another secret than stands there: that one is then lost. */
  readonly replace: boolean;
  readonly dryRun: boolean;
  /** Asked once all is known to work, before anything is changed. @throws AccessError `cancelled` */
  readonly confirm?: (report: ApplyReport) => Promise<void>;
  /** Tests end the process at such a step. */
  readonly step?: Step;
}

/**
 * @throws AccessError `bad_input` for a plan that does not hold, `unknown_agent`, `cancelled`, with nothing changed;
 *   `config_conflict`, `store_unwritable`, `store_sealed`: the next run finishes
 */
export async function applyPlan(
  deps: CommandDeps,
  plan: SecretPlan,
  options: ApplyOptions,
): Promise<ApplyReport> {
  const seen = await preflight(deps, plan, options);
  const before = reportOf(seen, options);
  if (options.dryRun) return before;
  refuse(seen, options);
  await options.confirm?.(before);
  const { globalDir } = deps.paths();
  return withConfigLock(join(globalDir, "secrets-apply-lock.sqlite"), () => work(deps, plan, options));
}

/** @throws AccessError `bad_input` */
function refuse(
  { problems, differing, usesPrograms }: Preflight,
  { allowExec, replace }: ApplyOptions,
): void {
  if (usesPrograms && !allowExec)
    throw new AccessError(
      "bad_input",
      "The plan uses programs of secrets.providers. With --allow-exec they are started. Nothing was changed.",
    );
  if (problems.length > 0) throw new AccessError("bad_input", `${problems.join(" ")} Nothing was changed.`);
  if (differing.length > 0 && !replace)
    throw new AccessError(
      "bad_input",
      `The reference holds another secret than stands there: ${differing.join(", ")}. With --replace that one is used, and the other is lost. Nothing was changed.`,
    );
}

/** As the only one: what was seen before is seen again. */
async function work(deps: CommandDeps, plan: SecretPlan, options: ApplyOptions): Promise<ApplyReport> {
  const step: Step = options.step ?? (() => undefined);
  const { globalDir } = deps.paths();
  const seen = await preflight(deps, plan, options);
  refuse(seen, options);
  const { standing, fillings } = seen;
  const key = new InstallKey(globalDir).publish();
  const former = readJournal(globalDir);
  const plain = standing.flatMap((each) => {
    const secret = secretOf(each);
    return secret === undefined ? [] : [fingerprint(key, secret)];
  });
  const fingerprints = new Set([...(former ?? []), ...plain]);
  if (fingerprints.size > 0) await writeJournal(globalDir, fingerprints);
  step("journal: written");
  for (const filling of fillings) {
    await fill(filling);
    step("file: filled");
  }
  if (fillings.length > 0) refuse(await preflight(deps, plan, options), options);
  const changed = new Set(fillings.map(({ path }) => path));
  const { configPath } = deps.paths();
  if (await writeConfigTargets(deps, plan, standing)) changed.add(configPath);
  step("config: written");
  for (const agent of await writeStores(deps, standing, step)) changed.add(deps.paths().agentDatabase(agent));
  if (await writeLast(deps, plan, standing)) changed.add(configPath);
  step("config: finished");
  const config = loadConfig(deps.paths());
  const outcomes = await hadAgain(deps, config, standing);
  const moved = movedOf(standing, outcomes);
  await scrubOld(deps, plan, { moved, config, changed, step });
  const isOne = (text: string) => text.trim() !== "" && fingerprints.has(fingerprint(key, text));
  const recovered = former ? await recover(deps, isOne) : new Set<string>();
  const values = new Set([...valuesOf(moved), ...recovered]);
  for (const file of await scrubCopies(deps, values, step)) changed.add(file);
  const notScrubbed = await vacuum(deps);
  step("stores: vacuumed");
  const remains = await sweep(deps, values, homesOf(deps, config));
  removeJournal(globalDir);
  step("journal: removed");
  return {
    ...reportOf(seen, options),
    ok: remains.length === 0 && notScrubbed.length === 0,
    resumed: former !== undefined,
    changedFiles: [...changed].toSorted(),
    remains,
    notScrubbed,
  };
}

/** As the files are now. @throws AccessError `bad_input`: no copy of a secret goes while its reference cannot be had */
async function hadAgain(
  deps: CommandDeps,
  config: Config,
  standing: readonly Standing[],
): Promise<RefOutcomes> {
  const refs = standing.map(({ target }) => target.ref);
  const outcomes = await resolveRefs(refs, sourcesOf(deps, config));
  const problems = standing.flatMap(({ target }) => {
    const outcome = outcomes.get(refKey(target.ref));
    return outcome && "problem" in outcome ? [`${placeOf(target)}: ${outcome.problem}.`] : [];
  });
  if (problems.length === 0) return outcomes;
  throw new AccessError(
    "bad_input",
    `The references are written, and cannot be had any more: ${problems.join(" ")} Backups and .env still hold the secrets; run the command again once they can.`,
  );
}

/** What stood there counts as moved, and what the reference holds. */
const movedOf = (standing: readonly Standing[], outcomes: RefOutcomes): Moved[] =>
  standing.flatMap((each) => {
    const outcome = outcomes.get(refKey(each.target.ref));
    const values = [
      ...("plain" in each.was ? [each.was.plain.trim()] : []),
      ...(outcome && "found" in outcome ? [outcome.found.reveal().trim()] : []),
    ];
    return [...new Set(values)].map((value) => ({ value, standing: each }));
  });
