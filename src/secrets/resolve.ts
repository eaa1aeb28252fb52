// References to their secrets: each provider is asked once for all that is wanted of it, several at a time.
import type { SecretRef } from "../core/credential.ts";
import { Secret } from "../core/secret.ts";
import type { ResolutionLimits, SecretProviders } from "../core/secret-ref.ts";
import { aliasFault, refFault, refKey } from "../core/secret-ref.ts";
import type { Environment } from "./env.ts";
import { readVariable } from "./env.ts";
import { askProgram } from "./exec.ts";
import { readFromFile } from "./file.ts";
import type { Outcomes, RefOutcome } from "./outcome.ts";
import { allOf, failed } from "./outcome.ts";
import { slots } from "./slots.ts";

export interface RefSources {
  readonly providers: SecretProviders;
  readonly limits: ResolutionLimits;
  readonly env: Environment;
  readonly home: string;
  readonly signal?: AbortSignal | undefined;
}

/** By `refKey`. */
export type RefOutcomes = ReadonlyMap<string, RefOutcome>;

interface Wanted {
  readonly alias: string;
  readonly source: SecretRef["source"];
  readonly refs: SecretRef[];
}

/**
 * Asks for all of `refs`, each once. Never rejects: one that cannot be had has its problem, and holds up no other.
 *
 * @param onSome told of what is known, provider by provider, before the others have answered
 */
export async function resolveRefs(
  refs: Iterable<SecretRef>,
  sources: RefSources,
  onSome?: (outcomes: RefOutcomes) => void,
): Promise<RefOutcomes> {
  const all = new Map<string, RefOutcome>();
  const learn = (outcomes: RefOutcomes) => {
    for (const [key, outcome] of outcomes) all.set(key, outcome);
    if (outcomes.size > 0) onSome?.(outcomes);
  };
  const { atOnce, askable } = sorted(refs, sources);
  learn(atOnce);
  const inSlot = slots(sources.limits.maxProviderConcurrency);
  await Promise.all(askable.map((wanted) => inSlot(async () => learn(await askProvider(wanted, sources)))));
  return all;
}

/** What is known without asking anybody, and who is to be asked for the rest. */
function sorted(refs: Iterable<SecretRef>, { providers, env, limits }: RefSources) {
  const atOnce = new Map<string, RefOutcome>();
  const byAlias = new Map<string, Wanted>();
  const seen = new Set<string>();
  for (const ref of refs) {
    const key = refKey(ref);
    if (seen.has(key)) continue;
    seen.add(key);
    const fault = ref.source === "env" ? undefined : (refFault(ref) ?? aliasFault(ref, providers));
    if (ref.source === "env") atOnce.set(key, variableOutcome(ref, env, providers));
    else if (fault !== undefined) atOnce.set(key, { problem: fault, lasting: true });
    else push(byAlias, ref);
  }
  const askable = [...byAlias.values()];
  for (const { refs: wanted, alias } of askable)
    for (const ref of wanted.splice(limits.maxRefsPerProvider))
      atOnce.set(
        refKey(ref),
        failed(`more than ${limits.maxRefsPerProvider} references go through ${alias}`),
      );
  return { atOnce, askable };
}

function push(byAlias: Map<string, Wanted>, ref: SecretRef): void {
  const wanted = byAlias.get(ref.provider) ?? { alias: ref.provider, source: ref.source, refs: [] };
  wanted.refs.push(ref);
  byAlias.set(ref.provider, wanted);
}

function variableOutcome(ref: SecretRef, env: Environment, providers: SecretProviders): RefOutcome {
  const read = readVariable(ref, env, providers);
  return "found" in read ? { found: new Secret(read.found) } : { problem: read.problem, lasting: true };
}

async function askProvider({ alias, refs }: Wanted, sources: RefSources): Promise<RefOutcomes> {
  const ids = refs.map(({ id }) => id);
  const outcomes = await ask(alias, ids, sources);
  const place = `secrets.providers.${alias}`;
  return new Map(
    refs.map((ref) => {
      const outcome = outcomes.get(ref.id) ?? failed("nothing came of it");
      return [
        refKey(ref),
        "found" in outcome ? outcome : { ...outcome, problem: `${place}: ${outcome.problem}` },
      ];
    }),
  );
}

async function ask(alias: string, ids: readonly string[], sources: RefSources): Promise<Outcomes> {
  const block = sources.providers.get(alias);
  const { env, home, limits, signal } = sources;
  if (block?.source === "file") return readFromFile(block, ids, home);
  if (block?.source !== "exec") return allOf(ids, failed("it is no file and no program"));
  return askProgram({ alias, block, ids, env, maxBatchBytes: limits.maxBatchBytes, signal });
}
