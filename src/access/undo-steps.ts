// The steps that `models undo` knows: what the config and every agent's store remember, joined by command.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ConfigEntry } from "../config/history.ts";
import { historyFault, readConfigHistory } from "../config/history.ts";
import { AccessError, messageOf } from "../core/errors.ts";
import type { ChangeId } from "../core/history.ts";
import { MOST_CHANGES } from "../core/history.ts";
import type { AgentId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { HistoryEntry } from "../store/store.ts";
import type { Deps } from "./deps.ts";
import type { Recorded, Step, StepParts } from "./undo-judge.ts";

export interface Steps {
  /** newest first */
  readonly steps: readonly Step[];
  /** what could not be read */
  readonly warnings: readonly string[];
}

/** @throws AccessError `config_invalid` */
export async function readSteps(deps: Deps): Promise<Steps> {
  const warnings: string[] = [];
  const read = async (agent: AgentId): Promise<[AgentId, readonly HistoryEntry[]]> => {
    try {
      return [agent, await deps.store().history(agent)];
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      warnings.push(messageOf(error));
      return [agent, []];
    }
  };
  const stores = await Promise.all(knownAgents(deps).map(read));
  const config = readConfigHistory(deps.paths(), deps.now());
  const fault = historyFault(deps.paths());
  if (fault !== undefined) warnings.push(fault);
  return { steps: joinSteps(config, stores).slice(0, MOST_CHANGES), warnings };
}

/** Configured agents, and those whose folder outlived their entry in the config. */
function knownAgents(deps: Deps): AgentId[] {
  const configured = deps.config().agents.map(({ id }) => id);
  return [...new Set([MAIN_AGENT, ...configured, ...agentFolders(join(deps.paths().stateDir, "agents"))])];
}

function agentFolders(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

interface Draft {
  readonly note: Pick<Step, "change" | "because" | "undoes" | "at">;
  readonly config: ConfigEntry[];
  readonly stores: Map<AgentId, Recorded[]>;
}

/** Entries of one change become one step, newest first. Pure. */
export function joinSteps(
  config: readonly ConfigEntry[],
  stores: readonly (readonly [AgentId, readonly HistoryEntry[]])[],
): Step[] {
  const drafts = new Map<ChangeId, Draft>();
  const draftOf = ({ change, because, undoes, at }: ConfigEntry | HistoryEntry): Draft => {
    const draft = drafts.get(change) ?? {
      note: { change, because, ...(undoes && { undoes }), at },
      config: [],
      stores: new Map<AgentId, Recorded[]>(),
    };
    drafts.set(change, draft);
    return draft;
  };
  for (const [agent, entries] of stores)
    for (const [entry, recorded] of recordedOf(entries)) {
      const { stores: own } = draftOf(entry);
      own.set(agent, [...(own.get(agent) ?? []), recorded]);
    }
  for (const entry of config) draftOf(entry).config.push(entry);
  const joined = [...drafts.values()].map(({ note, ...parts }) => ({ ...note, ...parts }));
  return withUndone(joined.toSorted((a, b) => b.at - a.at));
}

/** Marks what a later change took back, unless that one was itself taken back. */
function withUndone(steps: readonly Step[]): Step[] {
  const undoneBy = new Map<ChangeId, ChangeId>();
  for (const { change, undoes = [] } of steps)
    if (!undoneBy.has(change)) for (const id of undoes) undoneBy.set(id, change);
  return steps.map((step) => {
    const by = undoneBy.get(step.change);
    if (by === undefined) return step;
    const pending = pendingOf(step, steps, by);
    return { ...step, undoneBy: by, ...(pending && { pending }) };
  });
}

/** The stores and the config that `by` left alone, without what a newer step set again. */
function pendingOf(step: Step, steps: readonly Step[], by: ChangeId): StepParts | undefined {
  const at = steps.findIndex(({ change }) => change === by);
  const since = new Set(steps.slice(0, at + 1).flatMap(placesIn));
  const parts = {
    config: steps[at]!.config.length > 0 ? [] : step.config,
    stores: new Map([...step.stores].filter(([agent]) => !steps[at]!.stores.has(agent))),
  };
  const places = placesIn({ ...step, ...parts });
  return places.length > 0 && !places.some((place) => since.has(place)) ? parts : undefined;
}

const placesIn = ({ config, stores }: StepParts): string[] => [
  ...config.flatMap(({ items }) => items.map(({ path }) => JSON.stringify(path))),
  ...[...stores].flatMap(([agent, recorded]) =>
    recorded.map(({ item }) => JSON.stringify([agent, item.kind === "order" ? item.provider : item.id])),
  ),
];

/** Entries of one agent, each with whether a later one knows another login of the same profile. */
function recordedOf(entries: readonly HistoryEntry[]): [HistoryEntry, Recorded][] {
  const logins = new Map<string, Set<string>>();
  const recorded = entries.toReversed().map((entry): [HistoryEntry, Recorded] => {
    const { item } = entry;
    if (item.kind === "order") return [entry, { item, outlived: false }];
    const later = logins.get(item.id) ?? new Set();
    const outlived = [...later].some((generation) => generation !== item.before?.generation);
    for (const side of [item.before, item.after]) if (side?.type === "oauth") later.add(side.generation);
    logins.set(item.id, later);
    return [entry, { item, outlived }];
  });
  return recorded.toReversed();
}
