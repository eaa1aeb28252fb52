// Taking steps back: one transaction for each store, then one edit of the config.
import { join } from "node:path";
import { withConfigLock } from "../config/config-lock.ts";
import type { ConfigEntry } from "../config/history.ts";
import { digestOf } from "../config/history.ts";
import { AccessError } from "../core/errors.ts";
import type { ChangeId, ChangeNote } from "../core/history.ts";
import type { AgentId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { canonicalJson } from "../store/json.ts";
import type { Change, Slice, StoredProfile, Touch } from "../store/store.ts";
import { writeConfig } from "./config-edit.ts";
import type { CommandDeps } from "./open-deps.ts";
import type { UndoPlan } from "./undo-plan.ts";
import { takenBefore } from "./undo-plan.ts";
import type { Holdings, Step } from "./undo-judge.ts";
import { refuseBlocked, takeBackConfig, takeBackStore } from "./undo-judge.ts";
import { readSteps } from "./undo-steps.ts";

export interface UndoReport {
  /** newest first */
  readonly undone: readonly Step[];
  /** under which it can be taken back itself */
  readonly change: ChangeId;
  /** It finished an undo that had been cut short. */
  readonly resumed: boolean;
}

/**
 * Takes the planned steps back, as one change of its own: one transaction for each store, then one edit of the
 * config. Each judges again what it finds. Cut short in between, it is finished by the next undo.
 *
 * @throws AccessError `bad_input` when something changed since it was planned, `config_conflict`,
 *   `store_unwritable`
 */
export async function undo(deps: CommandDeps, plan: UndoPlan): Promise<UndoReport> {
  // Of two undos at once the later one sees the marks of the other.
  return withConfigLock(join(deps.paths().globalDir, "undo-lock.sqlite"), () => undoAlone(deps, plan));
}

async function undoAlone(deps: CommandDeps, { steps, force, resumes }: UndoPlan): Promise<UndoReport> {
  await refuseTaken(deps, steps);
  const note: ChangeNote = {
    ...deps.note(),
    undoes: steps.map(({ change }) => change),
    ...(resumes && { change: resumes.change, undoes: resumes.undoes ?? [] }),
  };
  const agents = new Set(steps.flatMap((step) => [...step.stores.keys()]));
  let wrote = false;
  try {
    for (const agent of agents) wrote = (await undoStore(deps, agent, steps, note)) || wrote;
    if (steps.some(({ config }) => config.length > 0))
      wrote = (await undoConfig(deps, steps, force, note)) || wrote;
  } catch (error) {
    throw wrote || resumes ? cutShort(error, note) : error;
  }
  if (!wrote) throw takenBefore(steps[0]!, undefined);
  return { undone: steps, change: note.change, resumed: resumes !== undefined };
}

async function refuseTaken(deps: CommandDeps, planned: readonly Step[]): Promise<void> {
  const now = new Map((await readSteps(deps)).steps.map((step) => [step.change, step]));
  for (const step of planned) {
    const by = now.get(step.change)?.undoneBy;
    if (by !== undefined && by !== step.undoneBy) throw takenBefore(step, by);
  }
}

/** What was said of the part that failed, and how the whole stands. */
function cutShort(error: unknown, { change, undoes = [] }: ChangeNote): unknown {
  if (!(error instanceof AccessError)) return error;
  const said = error.message.replace(" Nothing was changed.", "");
  const how = `to finish: openclaw models undo; to bring that part again: openclaw models undo ${change}`;
  const message = `Only a part of ${undoes.join(", ")} is taken back. ${said} When that is mended, ${how}`;
  return new AccessError(error.code, message, { cause: error });
}

async function undoConfig(
  deps: CommandDeps,
  steps: readonly Step[],
  force: boolean,
  note: ChangeNote,
): Promise<boolean> {
  const decide = (document: JsonObject) => {
    let current = document;
    for (const step of steps) {
      const { document: next, verdicts } = takeBackConfig(current, step.config, force);
      refuseBlocked(step, verdicts);
      current = next;
    }
    return topLevelEdits(document, current);
  };
  const base = (current: Uint8Array) =>
    formerText(
      current,
      steps.flatMap(({ config }) => config.toReversed()),
    );
  const { changed } = await writeConfig(deps, (_, document) => decide(document), { note, base });
  return changed;
}

const topLevelEdits = (before: JsonObject, after: JsonObject) =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => before[key] !== after[key])
    .map((key) => ({ path: [key], value: after[key] }));

/** The text before the entries, as far back as nobody else wrote in between: with the comments it had. */
function formerText(current: Uint8Array, newestFirst: readonly ConfigEntry[]): string | undefined {
  let text: string | undefined;
  let digest = digestOf(current);
  for (const entry of newestFirst) {
    if (entry.to !== digest || entry.former === undefined) return text;
    [text, digest] = [entry.former, entry.from];
  }
  return text;
}

function undoStore(
  deps: CommandDeps,
  agent: AgentId,
  steps: readonly Step[],
  note: ChangeNote,
): Promise<boolean> {
  const touch = touchOf(agent, steps);
  return deps.store().update(agent, touch, (slice) => changeOf(slice, agent, steps, touch), note);
}

function touchOf(agent: AgentId, steps: readonly Step[]): Required<Omit<Touch, "facts">> {
  const items = steps.flatMap((step) => step.stores.get(agent) ?? []).map(({ item }) => item);
  const profiles = items.flatMap((item) => (item.kind === "profile" ? [item.id] : []));
  const providers = items.flatMap((item) => (item.kind === "order" ? [item.provider] : []));
  return { profiles: [...new Set(profiles)], providers: [...new Set(providers)] };
}

function changeOf(
  slice: Slice,
  agent: AgentId,
  steps: readonly Step[],
  touch: Required<Omit<Touch, "facts">>,
): Change | undefined {
  let current: Holdings = slice;
  for (const step of steps) {
    const { slice: next, verdicts } = takeBackStore(current, step.stores.get(agent) ?? [], agent);
    refuseBlocked(step, verdicts);
    current = next;
  }
  const left = current;
  const profiles = touch.profiles.filter((id) => !sameProfile(slice.profiles.get(id), left.profiles.get(id)));
  return {
    profiles: new Map(profiles.map((id) => [id, left.profiles.get(id)?.credential ?? null])),
    order: new Map(touch.providers.map((provider) => [provider, left.order.get(provider) ?? null])),
  };
}

const sameProfile = (a: StoredProfile | undefined, b: StoredProfile | undefined): boolean =>
  canonicalJson(a?.credential ?? null) === canonicalJson(b?.credential ?? null);
