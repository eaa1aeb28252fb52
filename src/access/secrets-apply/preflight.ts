// Whether a plan would hold: would every reference be had, does it say what stands there, and does all that refers to
// a changed provider go on. Reads; writes nothing.
import type { ConfigEdit } from "../../config/apply-edits.ts";
import { applyEdits } from "../../config/apply-edits.ts";
import type { Config } from "../../config/config.ts";
import { formatIssue } from "../../config/document.ts";
import { configOf, validateDocument } from "../../config/load.ts";
import { parseSecretProvider } from "../../config/schema-secrets.ts";
import type { SecretRef } from "../../core/credential.ts";
import { AccessError } from "../../core/errors.ts";
import type { SecretPlan } from "../../core/secret-plan.ts";
import { placeOf } from "../../core/secret-plan.ts";
import { refKey } from "../../core/secret-ref.ts";
import type { RefOutcomes } from "../../secrets/resolve.ts";
import { resolveRefs } from "../../secrets/resolve.ts";
import type { CommandDeps } from "../open-deps.ts";
import { scanConfig } from "../secrets-audit-scan.ts";
import type { UsedRef } from "../secret-refs.ts";
import { storedRefs } from "../secret-refs.ts";
import type { Filling } from "./files-to-fill.ts";
import { lacks, pathOfFile } from "./files-to-fill.ts";
import type { Standing, World } from "./standing.ts";
import { pathIn, readWorld, secretOf, standingOf } from "./standing.ts";

export interface PreflightOptions {
  /** Programs of `secrets.providers` are started. */
  readonly allowExec: boolean;
}

export interface Preflight {
  readonly world: World;
  readonly standing: readonly Standing[];
  /** files that get secrets */
  readonly fillings: readonly Filling[];
  /** Targets whose reference holds another secret than stands there. */
  readonly differing: readonly string[];
  /** what stands in the way, a sentence each */
  readonly problems: readonly string[];
  readonly refsChecked: number;
  /** references to programs that were not started */
  readonly skippedExecRefs: number;
  readonly usesPrograms: boolean;
}

/** @throws AccessError `bad_input`, `unknown_agent`, `config_invalid`, `store_unreadable`, `store_sealed` */
export async function preflight(
  deps: CommandDeps,
  plan: SecretPlan,
  { allowExec }: PreflightOptions,
): Promise<Preflight> {
  const world = await readWorld(deps);
  const standing = standingOf(world, plan);
  const config = configAfter(world, plan, standing);
  const dependants = dependantsOf(deps, world, plan, standing);
  const refs = [...standing.map(({ target }) => target.ref), ...dependants.map(({ ref }) => ref)];
  const keys = new Set(refs.map(refKey));
  const asked = refs.filter(({ source }) => allowExec || source !== "exec");
  const outcomes = await resolveRefs(asked, sourcesOf(deps, config));
  const { fillings, filled } = fillingsOf(deps, plan, { standing, config, outcomes });
  return {
    world,
    standing,
    fillings,
    differing: standing.filter((each) => differs(each, outcomes)).map(({ target }) => placeOf(target)),
    problems: [
      ...problemsOf(standing, outcomes, filled),
      ...dependants.flatMap(({ ref, place }) => {
        const outcome = outcomes.get(refKey(ref));
        const why = outcome && "problem" in outcome ? outcome.problem : undefined;
        return why === undefined ? [] : [`${place} could not be had any more: ${why}.`];
      }),
    ],
    refsChecked: new Set(asked.map(refKey)).size,
    skippedExecRefs: keys.size - new Set(asked.map(refKey)).size,
    usesPrograms:
      refs.some(({ source }) => source === "exec") ||
      [...plan.providerUpserts.values()].some(({ source }) => source === "exec"),
  };
}

export const sourcesOf = (deps: CommandDeps, config: Config) => ({
  providers: config.secretProviders,
  limits: config.secretLimits,
  env: deps.env(),
  home: deps.paths().home,
});

/** Edits that need nothing else to be changed first. */
export const firstEdits = (
  document: World["document"],
  plan: SecretPlan,
  standing: readonly Standing[],
): ConfigEdit[] => [
  ...[...plan.providerUpserts].map(([alias, value]) => ({ path: ["secrets", "providers", alias], value })),
  ...standing.flatMap(({ target }) =>
    target.kind === "config" ? [{ path: pathIn(document, target.keys), value: target.ref }] : [],
  ),
];

export const deletions = (document: World["document"], plan: SecretPlan): ConfigEdit[] =>
  plan.providerDeletes.map((alias) => ({
    path: pathIn(document, ["secrets", "providers", alias]),
    value: undefined,
  }));

/** @throws AccessError `bad_input` */
function configAfter({ document, config }: World, plan: SecretPlan, standing: readonly Standing[]): Config {
  for (const [alias, block] of plan.providerUpserts) {
    const parsed = parseSecretProvider(block);
    if ("faults" in parsed)
      throw new AccessError(
        "bad_input",
        `The plan cannot be used: providerUpserts.${alias}: ${parsed.faults.join("; ")}. Nothing was changed.`,
      );
  }
  const unknown = plan.providerDeletes.find((alias) => !config.secretProviders.has(alias));
  // A second run finds it deleted.
  const deletes = unknown === undefined ? plan : { ...plan, providerDeletes: known(plan, config) };
  const after = applyEdits(document, [
    ...firstEdits(document, plan, standing),
    ...deletions(document, deletes),
  ]);
  const before = new Set(validateDocument(document).map(formatIssue));
  const faults = validateDocument(after).map(formatIssue);
  const added = faults.filter((fault) => !before.has(fault));
  if (added.length > 0)
    throw new AccessError(
      "bad_input",
      `The plan cannot be used: the config would be invalid: ${added.join("; ")}. Nothing was changed.`,
    );
  return configOf(config.path, after);
}

const known = ({ providerDeletes }: SecretPlan, { secretProviders }: Config): string[] =>
  providerDeletes.filter((alias) => secretProviders.has(alias));

/**
 * References that stay, and go through a provider that is changed or deleted. Those that are replaced count too, where
 * a new block stands before they are: they are used until then.
 */
function dependantsOf(
  deps: CommandDeps,
  world: World,
  plan: SecretPlan,
  standing: readonly Standing[],
): UsedRef[] {
  const { config, profiles } = world;
  const changed = new Set([...plan.providerUpserts.keys(), ...plan.providerDeletes]);
  if (changed.size === 0) return [];
  const replaced = new Set(standing.map(({ target }) => placeOf(target)));
  const inConfig = scanConfig(deps.paths().configPath)
    .refs.map(({ ref, place }) => ({ ref, place: place.jsonPath }))
    .filter(({ place }) => !replaced.has(place));
  const inStores = [...profiles].flatMap(([agent, stored]) =>
    storedRefs(agent, stored, config).filter(
      ({ ref, place }) =>
        plan.providerUpserts.has(ref.provider) ||
        !standing.some(
          ({ target }) =>
            target.kind === "profile" && place === `profile ${target.profileId} of ${target.agentId}`,
        ),
    ),
  );
  return [...inConfig, ...inStores].filter(({ ref }) => changed.has(ref.provider));
}

function problemsOf(
  standing: readonly Standing[],
  outcomes: RefOutcomes,
  filled: ReadonlySet<string>,
): string[] {
  return standing.flatMap(({ target }) => {
    const outcome = outcomes.get(refKey(target.ref));
    if (!outcome || "found" in outcome || filled.has(refKey(target.ref))) return [];
    return [`${placeOf(target)}: ${refKey(target.ref)} cannot be had: ${outcome.problem}.`];
  });
}

function differs({ target, was }: Standing, outcomes: RefOutcomes): boolean {
  const outcome = outcomes.get(refKey(target.ref));
  return "plain" in was && outcome !== undefined && "found" in outcome
    ? outcome.found.reveal().trim() !== was.plain.trim()
    : false;
}

interface Judged {
  readonly standing: readonly Standing[];
  readonly config: Config;
  readonly outcomes: RefOutcomes;
}

function fillingsOf(deps: CommandDeps, { options }: SecretPlan, { standing, config, outcomes }: Judged) {
  const fillings = new Map<string, Filling>();
  const filled = new Set<string>();
  if (!options.fillFiles) return { fillings: [], filled };
  const { home } = deps.paths();
  for (const each of standing) {
    const { target } = each;
    const secret = secretOf(each);
    const block = fileOf(config, target.ref);
    const outcome = outcomes.get(refKey(target.ref));
    if (!block || secret === undefined || !outcome || "found" in outcome) continue;
    if (!lacks(block, target.ref.id, home)) continue;
    const path = pathOfFile(block, home);
    const filling = fillings.get(path) ?? { path, mode: block.mode, values: new Map<string, string>() };
    const other = filling.values.get(target.ref.id);
    // Two secrets behind one reference: one of them would be lost.
    if (other !== undefined && other !== secret) {
      filled.delete(refKey(target.ref));
      continue;
    }
    filling.values.set(target.ref.id, secret);
    fillings.set(path, filling);
    filled.add(refKey(target.ref));
  }
  return { fillings: [...fillings.values()], filled };
}

function fileOf(config: Config, { source, provider }: SecretRef) {
  const block = config.secretProviders.get(provider);
  return source === "file" && block?.source === "file" ? block : undefined;
}
