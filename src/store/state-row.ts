// OpenClaw's row `auth_profile_state`: order, lastGood, usageStats (fidelity spec §1.1, §13).
// What cannot be read is left out of the view and stays in the row.
import type { ProfileId, ProviderId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject, parseObject } from "../core/json.ts";
import { patchObject } from "./json.ts";
import { versionWarnings } from "./store-row.ts";

export interface StateRow {
  /** the row as it stands; `undefined` when there is none */
  readonly text: string | undefined;
  readonly document: JsonObject;
  readonly order: ReadonlyMap<ProviderId, readonly ProfileId[]>;
  readonly lastGood: ReadonlyMap<ProviderId, ProfileId>;
  readonly usage: ReadonlyMap<ProfileId, unknown>;
  /** Why the row cannot be used at all. It must not be written over. */
  readonly fault?: string;
  readonly warnings: readonly string[];
}

/** Keys to set, or to remove where `null`, by section. */
export interface StatePatch {
  readonly order: Map<ProviderId, readonly ProfileId[] | null>;
  readonly lastGood: Map<ProviderId, ProfileId | null>;
  readonly usageStats: Map<ProfileId, JsonObject | null>;
}
const SECTIONS = ["order", "lastGood", "usageStats"] as const;

const EMPTY: StateRow = {
  text: undefined,
  document: {},
  order: new Map(),
  lastGood: new Map(),
  usage: new Map(),
  warnings: [],
};

/** Text of the row to what it holds. Pure; never throws. */
export function parseStateRow(text: string | undefined): StateRow {
  if (text === undefined) return EMPTY;
  const document = parseObject(text);
  if (!document) {
    const fault = "auth_profile_state is not the JSON that OpenClaw writes; stored order and cooldowns in it";
    return { ...EMPTY, text, fault, warnings: [`${fault} are not seen. Repair or delete that row.`] };
  }
  const warnings = versionWarnings("auth_profile_state", document);
  const order = new Map<ProviderId, readonly ProfileId[]>();
  for (const [provider, ids] of entriesOf(document["order"])) {
    if (Array.isArray(ids)) order.set(provider, ids.filter(isText));
    else warnings.push(`auth_profile_state: order.${provider} is ignored: it is no list.`);
  }
  const lastGood = new Map<ProviderId, ProfileId>();
  for (const [provider, id] of entriesOf(document["lastGood"])) if (isText(id)) lastGood.set(provider, id);
  return { text, document, order, lastGood, usage: new Map(entriesOf(document["usageStats"])), warnings };
}

/** The row after a patch; `undefined` when its last field went and the row is to be deleted. Pure. */
export function formatStateRow(row: StateRow, patch: StatePatch): string | undefined {
  const document: Record<string, unknown> = { version: 1, ...row.document };
  for (const section of SECTIONS) {
    if (patch[section].size === 0) continue;
    const patched = patchObject(document[section], patch[section]);
    if (Object.keys(patched).length > 0) document[section] = patched;
    else delete document[section];
  }
  const last = Object.keys(document).every((key) => key === "version");
  return last ? undefined : JSON.stringify(document);
}

const entriesOf = (value: unknown): [string, unknown][] => (isObject(value) ? Object.entries(value) : []);
const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
