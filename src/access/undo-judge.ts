// What taking a change back would do, judged on values. Pure: a world goes in, a new world comes out.
import { isDeepStrictEqual } from "node:util";
import type { ConfigEntry } from "../config/history.ts";
import { revertingEdits, stateOfItem } from "../config/history.ts";
import { applyEdits } from "../config/apply-edits.ts";
import { formatPath } from "../config/document.ts";
import { AccessError } from "../core/errors.ts";
import type { ChangeId, ChangeNote } from "../core/history.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { isAsLeft } from "../store/history.ts";
import type { HistoryItem, Slice, StoredProfile } from "../store/store.ts";

export type StepParts = Pick<Step, "config" | "stores">;

/** One step of undo: all that one command changed. */
export interface Step extends ChangeNote {
  /** ms since epoch */
  readonly at: number;
  /** the change that took it back */
  readonly undoneBy?: ChangeId;
  /** What the change that took it back did not reach: all was as before there, or it was cut short. */
  readonly pending?: StepParts;
  /** oldest first */
  readonly config: readonly ConfigEntry[];
  /** oldest first */
  readonly stores: ReadonlyMap<AgentId, readonly Recorded[]>;
}

export interface Recorded {
  readonly item: HistoryItem;
  /** The history knows a login of this profile that is newer than the one to restore. */
  readonly outlived: boolean;
}

/** What a step is judged on: the config's document, and the stores that it touches. */
export interface World {
  readonly document: JsonObject;
  readonly stores: ReadonlyMap<AgentId, Holdings>;
}

export type Holdings = Pick<Slice, "profiles" | "order">;

/** How one thing stands: it can be put back, it is as it was before, or a sentence why it cannot. */
export type Verdict = "left" | "before" | { readonly blocked: string };

export interface Judged {
  readonly world: World;
  readonly verdicts: readonly Verdict[];
}

/** @param force overwrite places of the config that somebody changed since */
export function takeBack(world: World, step: Step, force: boolean): Judged {
  const config = takeBackConfig(world.document, step.config, force);
  const stores = new Map(world.stores);
  const verdicts = [...config.verdicts];
  for (const [agent, recorded] of step.stores) {
    const judged = takeBackStore(stores.get(agent) ?? EMPTY, recorded, agent);
    stores.set(agent, judged.slice);
    verdicts.push(...judged.verdicts);
  }
  return { world: { document: config.document, stores }, verdicts };
}

const EMPTY: Holdings = { profiles: new Map(), order: new Map() };

export const reasonsOf = (verdicts: readonly Verdict[]): string[] =>
  verdicts.flatMap((verdict) => (typeof verdict === "object" ? [verdict.blocked] : []));

/** @throws AccessError `bad_input` when something stands in the way of taking the step back */
export function refuseBlocked({ change, because }: Step, verdicts: readonly Verdict[], next?: Step): void {
  const [reason, ...more] = reasonsOf(verdicts);
  if (reason === undefined) return;
  const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
  const message = `${change} (${because}) cannot be taken back: ${reason}${others}. Nothing was changed.`;
  const remedy = next
    ? `To take back the one before it (${next.because}): openclaw models undo ${next.change}`
    : "See: openclaw models undo --list";
  throw new AccessError("bad_input", `${message} ${remedy}`);
}

/** The document with the entries taken back, the newest first. */
export function takeBackConfig(
  document: JsonObject,
  entries: readonly ConfigEntry[],
  force: boolean,
): { document: JsonObject; verdicts: Verdict[] } {
  const verdicts: Verdict[] = [];
  let current = document;
  for (const entry of entries.toReversed()) {
    for (const item of entry.items) {
      const state = stateOfItem(current, item);
      const place = formatPath(item.path);
      const blocked = `${place} in the config was changed since. Take that back first, or add --force`;
      verdicts.push(state === "other" && !force ? { blocked } : state === "other" ? "left" : state);
    }
    const next = reverted(current, entry);
    if (!next) verdicts.push({ blocked: "the config has another shape by now" });
    current = next ?? current;
  }
  return { document: current, verdicts };
}

/** `undefined` when the document has another shape by now. */
function reverted(document: JsonObject, entry: ConfigEntry): JsonObject | undefined {
  try {
    return applyEdits(document, revertingEdits(document, entry));
  } catch {
    return undefined;
  }
}

/** The agent's credentials and orders with the items taken back, the newest first. */
export function takeBackStore(
  slice: Holdings,
  recorded: readonly Recorded[],
  agent: AgentId,
): { slice: Holdings; verdicts: Verdict[] } {
  const profiles = new Map(slice.profiles);
  const order = new Map(slice.order);
  const verdicts = recorded
    .toReversed()
    .map((each) =>
      each.item.kind === "order"
        ? backOrder(order, each.item, agent)
        : backProfile(profiles, each.item, each.outlived, agent),
    );
  return { slice: { profiles, order }, verdicts };
}

function backOrder(
  orders: Map<ProviderId, readonly ProfileId[]>,
  { provider, before, after }: HistoryItem & { kind: "order" },
  agent: AgentId,
): Verdict {
  const current = orders.get(provider) ?? null;
  if (isDeepStrictEqual(current, before)) return "before";
  if (!isDeepStrictEqual(current, after))
    return { blocked: `the order of ${provider} in agent ${agent} was changed since` };
  if (before) orders.set(provider, before);
  else orders.delete(provider);
  return "left";
}

function backProfile(
  profiles: Map<ProfileId, StoredProfile>,
  { id, before, after }: HistoryItem & { kind: "profile" },
  outlived: boolean,
  agent: AgentId,
): Verdict {
  const current = profiles.get(id);
  const place = `${id} in agent ${agent}`;
  if (before === null && !current) return "before";
  if (!isAsLeft(after, current)) {
    const same = before?.credential && isDeepStrictEqual(before.credential, current?.credential);
    return same ? "before" : { blocked: `${place} was changed or refreshed since` };
  }
  if (before === null) {
    profiles.delete(id);
    return "left";
  }
  const { credential, generation } = before;
  // A refresh token is good once: a login that a newer one followed may be spent.
  const replaced = after?.type === "oauth" && after.generation !== generation;
  if (before.type === "oauth" && (outlived || replaced))
    return { blocked: `${place} has had a newer login since; the former one may be spent. Log in again` };
  if (!credential) return { blocked: `the former credential of ${place} was purged at a logout` };
  profiles.set(id, { id, credential, generation });
  return "left";
}
