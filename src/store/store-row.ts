// OpenClaw's row `auth_profile_store`: text to credentials and back (fidelity spec §1.1, §13).
// Entries that are no credential are left out of the view with a warning, and stay in the row.
import type { Credential } from "../core/credential.ts";
import type { ProfileId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject, parseObject } from "../core/json.ts";
import { patchObject } from "./json.ts";

export interface StoreRow {
  /** the row as it stands; `undefined` when there is none */
  readonly text: string | undefined;
  readonly document: JsonObject;
  /** in row order */
  readonly credentials: ReadonlyMap<ProfileId, Credential>;
  /** Why the row cannot be used at all. It must not be written over. */
  readonly fault?: string;
  readonly warnings: readonly string[];
}

const EMPTY: StoreRow = { text: undefined, document: {}, credentials: new Map(), warnings: [] };

/** Text of the row to what it holds. Pure; never throws. */
export function parseStoreRow(text: string | undefined): StoreRow {
  if (text === undefined) return EMPTY;
  return storeRowOf(text, parseObject(text));
}

/** The row `text`, which says `document`. */
export function storeRowOf(text: string, document: JsonObject | undefined): StoreRow {
  const profiles = document?.["profiles"] ?? {};
  if (!document || !isObject(profiles)) {
    const fault = "auth_profile_store is not the JSON that OpenClaw writes; its credentials are not shown";
    return { ...EMPTY, text, fault, warnings: [`${fault}. Repair or delete that row.`] };
  }
  const warnings = versionWarnings("auth_profile_store", document);
  const credentials = new Map<ProfileId, Credential>();
  for (const [id, entry] of Object.entries(profiles)) {
    const credential = readCredential(entry);
    if (typeof credential === "string")
      warnings.push(`auth_profile_store: ${id} is left out: ${credential}.`);
    else credentials.set(id, credential);
  }
  return { text, document, credentials, warnings };
}

/** The row with entries set, or removed where `null`. All else in it is kept. Pure. */
export function formatStoreRow(row: StoreRow, patch: ReadonlyMap<ProfileId, Credential | null>): string {
  const profiles = patchObject(row.document["profiles"], patch);
  return JSON.stringify({ version: 1, ...row.document, profiles });
}

/** An entry as a credential, or what is wrong with it. */
function readCredential(entry: unknown): Credential | string {
  if (!isObject(entry)) return "it is no object";
  const fields = renamed(entry);
  const { type, provider } = fields;
  if (typeof provider !== "string" || provider.trim() === "") return "it names no provider";
  if (type !== "api_key" && type !== "token" && type !== "oauth")
    return type === undefined ? "it has no type" : "its type is not api_key, token or oauth";
  // What else an entry holds is kept as it is; `assessCredential` judges secrets and expiry.
  return { ...fields, type, provider: provider.trim().toLowerCase() } as Credential;
}

/** An older spelling that OpenClaw still reads: `{mode, apiKey}` for `{type, key}`. */
function renamed(entry: JsonObject): JsonObject {
  if (entry["type"] !== undefined || entry["mode"] === undefined) return entry;
  const { mode, apiKey, ...rest } = entry;
  return { type: mode, ...(apiKey !== undefined && { key: apiKey }), ...rest };
}

export function versionWarnings(table: string, document: JsonObject): string[] {
  const version = document["version"] ?? 1;
  return version === 1 ? [] : [`${table} has version ${JSON.stringify(version)}; it is read as version 1.`];
}
