// Carries out a plan. Whatever fails, what was done before it is taken back; what could be used before can be
// used afterwards, and that is looked at on the disk before the last word.
import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { AccessError, messageOf } from "../core/errors.ts";
import { canonicalJson } from "../store/json.ts";
import type { Hands } from "./hands.ts";
import type { Plan } from "./plan.ts";
import type { StoreStep } from "./store-change.ts";
import { storeStep } from "./store-change.ts";
import { missingFrom, plansOf, spoken, usableSet } from "./usable.ts";
import type { AgentWorld, World } from "./world.ts";

export interface Applied {
  /** copies of what was there before, in the order they were made */
  readonly backups: readonly string[];
}

interface Work {
  readonly hands: Hands;
  readonly plan: Plan;
  /** for the names of backups, ms since epoch */
  readonly stamp: number;
  readonly backups: string[];
  /** How to take back what was done, newest last. */
  readonly undo: { readonly what: string; readonly run: () => Promise<unknown> }[];
}

/**
 * @param look reads the world anew, for the proof
 * @throws AccessError of the step that failed, saying whether everything is as it was
 */
export async function applyPlan(plan: Plan, hands: Hands, look: () => Promise<World>): Promise<Applied> {
  const work: Work = { hands, plan, stamp: plan.before.now, backups: [], undo: [] };
  try {
    await changeStores(work);
    await changeConfig(work);
    await retireFiles(work);
    await closeFiles(work);
    prove(plan, await look());
    return { backups: work.backups };
  } catch (error) {
    throw await takenBack(work, error);
  }
}

async function changeStores(work: Work): Promise<void> {
  const { before, after } = work.plan;
  const steps = [...before.agents.values()].flatMap((agent) => {
    const step = storeStep(agent, after.agents.get(agent.id)!);
    return step ? [{ agent, step }] : [];
  });
  for (const { agent } of steps) await backUpRows(work, agent);
  for (const { agent, step } of steps) await changeStore(work, agent, step);
}

/** The rows as text, beside the database: they can be put back by hand whatever happens to it. */
async function backUpRows({ hands, stamp, backups, undo }: Work, agent: AgentWorld): Promise<void> {
  const { profiles, order, lastGood, health, database } = agent;
  const held = profiles.size + order.size + lastGood.size + health.size + agent.markers.size;
  if (held === 0) return;
  const path = `${database}.doctor.${stamp}.bak`;
  const rows = {
    version: 1,
    profiles: { ...Object.fromEntries(profiles), ...markerEntries(agent) },
    order: Object.fromEntries(order),
    lastGood: Object.fromEntries(lastGood),
  };
  undo.push({ what: path, run: () => hands.removeFile(path) });
  await hands.createFile(path, `${canonicalJson(rows)}\n`);
  backups.push(path);
}

const markerEntries = ({ markers }: AgentWorld) =>
  Object.fromEntries([...markers].map(([id, provider]) => [id, { type: "aws-sdk", provider }]));

async function changeStore(
  { hands, undo }: Work,
  { id, database }: AgentWorld,
  step: StoreStep,
): Promise<void> {
  const wrote = await hands.updateStore(id, step.touch, step.apply);
  if (wrote) undo.push({ what: database, run: () => hands.updateStore(id, step.touch, step.undo) });
}

async function changeConfig({ plan, hands, backups, undo }: Work): Promise<void> {
  const { before, after } = plan;
  if (isDeepStrictEqual(before.config.document, after.config.document)) return;
  const { path } = before.config;
  const bytes = hands.readFile(path);
  const backup = await hands.writeConfig(before.config.document, after.config.document);
  if (backup !== undefined) backups.push(backup);
  const mode = plan.before.modes.find((file) => file.path === path)?.mode;
  const restore = async () => {
    await hands.restoreFile(path, bytes);
    if (mode !== undefined) await hands.chmod(path, mode);
  };
  undo.push({ what: path, run: restore });
}

/** The original becomes its own backup, and only now: until here it can be imported again. */
async function retireFiles({ plan, hands, stamp, backups, undo }: Work): Promise<void> {
  const left = new Set(plan.after.files.map(({ path }) => path));
  for (const { path } of plan.before.files.filter((file) => !left.has(file.path))) {
    const backup = freeName(`${path}.sqlite-import.`, stamp);
    await hands.rename(path, backup);
    undo.push({ what: path, run: () => hands.rename(backup, path) });
    const mode = plan.before.modes.find((file) => file.path === path)?.mode;
    if (mode !== undefined && mode !== 0o600) {
      await hands.chmod(backup, 0o600);
      undo.push({ what: path, run: () => hands.chmod(backup, mode) });
    }
    backups.push(backup);
  }
}

function freeName(start: string, stamp: number): string {
  let at = stamp;
  while (existsSync(`${start}${at}.bak`)) at++;
  return `${start}${at}.bak`;
}

async function closeFiles({ plan, hands, undo }: Work): Promise<void> {
  const present = new Set(plan.after.files.map(({ path }) => path));
  const retired = new Set(plan.before.files.map(({ path }) => path).filter((path) => !present.has(path)));
  const wanted = new Map(plan.after.modes.map(({ path, mode }) => [path, mode]));
  for (const { path, mode } of plan.before.modes) {
    const next = wanted.get(path);
    if (next === undefined || next === mode || retired.has(path)) continue;
    // A database may have lost its sidecars meanwhile.
    if (!existsSync(path)) continue;
    await hands.chmod(path, next);
    undo.push({ what: path, run: () => hands.chmod(path, mode) });
  }
}

/** @throws AccessError when the credentials on the disk are not those of the plan */
function prove(plan: Plan, seen: World): void {
  const planned = usableSet(plansOf(plan.after));
  const there = usableSet(plansOf(seen));
  const lost = missingFrom(planned, there);
  const gained = missingFrom(there, planned);
  if (lost.length + gained.length === 0) return;
  const what = [
    ...(lost.length > 0 ? [`${spoken(lost)} cannot be used`] : []),
    ...(gained.length > 0 ? [`${spoken(gained)} came up`] : []),
  ].join("; ");
  throw new AccessError("store_unwritable", `After the repair ${what}: not what the plan says.`);
}

async function takenBack({ undo }: Work, cause: unknown): Promise<AccessError> {
  const failed: string[] = [];
  for (const { what, run } of undo.toReversed())
    try {
      await run();
    } catch (error) {
      failed.push(`${what} (${messageOf(error)})`);
    }
  const outcome =
    failed.length === 0
      ? "Everything is as it was before."
      : `Not everything could be put back: ${failed.join("; ")}. The backups beside these files hold what was there.`;
  const code = cause instanceof AccessError ? cause.code : "store_unwritable";
  return new AccessError(code, `The repair stopped: ${messageOf(cause)} ${outcome}`, { cause });
}
