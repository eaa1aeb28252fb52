// OpenClaw's store row in a sealed database: it keeps type and provider, `access_sealed` has all the rest.
import type { DatabaseSync } from "node:sqlite";
import type { ProfileId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import { isObject, parseObject } from "../../core/json.ts";
import type { SealedRow } from "../codec.ts";
import { isStandIn } from "../codec.ts";
import type { GenerationKey } from "../generation.ts";
import { generationOf } from "../generation.ts";
import { canonicalJson, patchObject } from "../json.ts";
import { parseStoreRow, storeRowOf } from "../store-row.ts";
import type { StoreRow } from "../store-row.ts";
import type { StoredProfile, Unopened } from "../store.ts";
import { hasMaterial, hasSecrets, isEnvelope, isSecretField, stubOf, WHOLE } from "./fields.ts";
import { countChange } from "./header.ts";
import type { Keys, StandIns } from "./values.ts";
import { closeFields, openFields, providerOf } from "./values.ts";

export interface SealedEntry {
  readonly generation: string;
  /** fields in the clear, and envelopes */
  readonly entry: JsonObject;
}

export interface SealedRowOptions {
  readonly agent: string;
  readonly version: string;
  readonly keys: Keys;
  /** why there is no key, when one was looked for */
  readonly fault: string | undefined;
  readonly standIns: StandIns;
  readonly entries: ReadonlyMap<ProfileId, SealedEntry>;
}

export function loadEntries(db: DatabaseSync): Map<ProfileId, SealedEntry> {
  const rows = db.prepare("SELECT profile_id, generation, entry_json FROM access_sealed").all();
  return new Map(
    rows.map((row) => [
      String(row["profile_id"]),
      { generation: String(row["generation"]), entry: parseObject(String(row["entry_json"])) ?? {} },
    ]),
  );
}

/** One entry of the row as it is kept apart, and what stays in the row. */
export function closeEntry(id: ProfileId, entry: unknown, agent: string, keys: Keys, standIns: StandIns) {
  const fields = isObject(entry) ? entry : { [WHOLE]: entry };
  const owner = { agent, id, provider: providerOf(fields) };
  return { stub: stubOf(entry), sealed: closeFields(fields, isSecretField, owner, keys, standIns) };
}

/** One generation for what a stored entry means, as a reader of the row makes it. */
export function generationOfEntry(install: GenerationKey, id: ProfileId, entry: unknown): string {
  const credential = storeRowOf("", { profiles: { [id]: entry } }).credentials.get(id);
  return credential ? generationOf(install, credential) : "";
}

export class ReadSealedRow implements SealedRow {
  readonly version: string;
  readonly locked: boolean;
  readonly plain = new Set<ProfileId>();
  readonly #options: SealedRowOptions;
  readonly standIns: StandIns;
  /** entries as they were read, by profile */
  readonly #read = new Map<ProfileId, unknown>();

  constructor(options: SealedRowOptions) {
    this.#options = options;
    this.version = options.version;
    this.standIns = options.standIns;
    this.locked = !options.keys.key;
  }

  readonly row = (text: string | undefined): StoreRow => {
    const bare = parseStoreRow(text);
    const profiles = bare.document["profiles"];
    if (text === undefined || bare.fault || !isObject(profiles)) return bare;
    const merged = Object.entries(profiles).map(([id, entry]) => [id, this.#merged(id, entry)]);
    const row = storeRowOf(text, { ...bare.document, profiles: Object.fromEntries(merged) });
    return { ...row, warnings: [...row.warnings, ...this.#warnings(row)] };
  };

  #merged(id: ProfileId, entry: unknown): unknown {
    const sealed = this.#options.entries.get(id);
    const merged = hasMaterial(entry) || !sealed ? entry : this.#joined(id, entry, sealed.entry);
    if (hasSecrets(entry)) this.plain.add(id);
    this.#read.set(id, merged);
    return merged;
  }

  #joined(id: ProfileId, entry: unknown, sealed: JsonObject): unknown {
    const stub = isObject(entry) ? entry : {};
    if (canonicalJson(stubOf(stub)) !== canonicalJson(stubOf(sealed))) return entry;
    const owner = { agent: this.#options.agent, id, provider: providerOf(sealed) };
    const opened = openFields(sealed, isSecretField, owner, this.#options.keys, this.standIns);
    return Object.hasOwn(sealed, WHOLE) ? opened[WHOLE] : { ...opened, ...stub };
  }

  #warnings({ credentials }: StoreRow): string[] {
    const plain = [...this.plain].map(
      (id) =>
        `auth_profile_store: ${id} lies there in plain text, put there by another program. The next write with the key seals it.`,
    );
    const { fault } = this.#options;
    if (fault !== undefined) return [...plain, `${fault} Until then, what is sealed cannot be used.`];
    if (this.locked) return plain;
    const damaged = [...credentials].flatMap(([id, credential]) => (this.isUnopened(credential) ? [id] : []));
    return [...plain, ...damaged.map((id) => damagedEntry(id))];
  }

  readonly generationOf = (id: ProfileId): string | undefined => {
    const read = this.#read.get(id);
    return isObject(read) && this.isUnopened(read) ? this.#options.entries.get(id)?.generation : undefined;
  };

  readonly isUnopened = (credential: object): boolean => Object.values(credential).some(isStandIn);

  readonly shown = (profile: StoredProfile): StoredProfile => {
    const { id, credential, generation } = profile;
    if (!this.isUnopened(credential)) return profile;
    const fields = Object.entries(credential);
    const kept = Object.fromEntries(fields.filter(([, value]) => !isStandIn(value)));
    const names = fields.flatMap(([name, value]) => (isStandIn(value) ? [name] : []));
    return {
      id,
      credential: kept as unknown as StoredProfile["credential"],
      generation,
      unopened: this.#unopened(id, names),
    };
  };

  #unopened(id: ProfileId, fields: readonly string[]): Unopened {
    const entry = this.#options.entries.get(id)?.entry ?? {};
    const label = Object.values(entry)
      .filter(isEnvelope)
      .find((each) => each.label !== undefined)?.label;
    const damaged = this.locked ? undefined : damagedEntry(id);
    const fault = this.#options.fault ?? damaged;
    return { fields, ...(label !== undefined && { label }), ...(fault !== undefined && { fault }) };
  }

  readonly save: SealedRow["save"] = (db, row, patch, now) => {
    const profiles = patchObject(row.document["profiles"], patch);
    const bare = parseStoreRow(row.text);
    const before = isObject(bare.document["profiles"]) ? bare.document["profiles"] : {};
    const { agent, keys, entries } = this.#options;
    const put = db.prepare("INSERT OR REPLACE INTO access_sealed VALUES (?, ?, ?, ?)");
    const left = new Map<string, unknown>();
    let changed = false;
    for (const [id, entry] of Object.entries(profiles)) {
      const isNew = patch.has(id) || (this.plain.has(id) && !this.locked);
      if (!isNew || !hasSecrets(entry)) {
        left.set(id, isNew ? entry : before[id]);
        continue;
      }
      const { stub, sealed } = closeEntry(id, entry, agent, keys, this.standIns);
      const kept = isObject(entry) && this.isUnopened(entry) ? entries.get(id)?.generation : undefined;
      put.run(id, kept ?? generationOfEntry(keys.install, id, entry), JSON.stringify(sealed), now);
      left.set(id, stub);
      changed = true;
    }
    const gone = [...entries.keys()].filter((id) =>
      patch.has(id) ? !hasSecrets(profiles[id] ?? "") : !left.has(id) && !this.locked,
    );
    const remove = db.prepare("DELETE FROM access_sealed WHERE profile_id = ?");
    for (const id of gone) remove.run(id);
    if (changed || gone.length > 0) countChange(db);
    if (row.text === undefined && left.size === 0) return undefined;
    const text = JSON.stringify({ version: 1, ...bare.document, profiles: Object.fromEntries(left) });
    const same = patch.size === 0 && !changed;
    return same ? row.text : text;
  };
}

const damagedEntry = (id: ProfileId): string =>
  `access_sealed: ${id} is damaged or belongs elsewhere, and cannot be opened. Store it again, or restore a backup.`;
