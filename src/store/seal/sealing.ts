// The codec of one sealed database, and the keys of this process. Loaded by whoever meets a sealed database.
import type { DatabaseSync } from "node:sqlite";
import type { Credential } from "../../core/credential.ts";
import { AccessError, messageOf } from "../../core/errors.ts";
import type { Family } from "../../core/family.ts";
import { isObject } from "../../core/json.ts";
import type { Codec, Opening, SealedRow } from "../codec.ts";
import type { Written } from "../echo.ts";
import type { GenerationKey } from "../generation.ts";
import type { HistoryItem } from "../store.ts";
import { isSecretField, isSecretOfTokens } from "./fields.ts";
import type { SealHeader } from "./header.ts";
import { changesSoFar, createSealedTable, readHeader, writeHeader } from "./header.ts";
import { Keyring } from "./keyring.ts";
import type { SealPlaces } from "./places.ts";
import { loadEntries, ReadSealedRow } from "./sealed-row.ts";
import type { Keys, Owner, StandIns } from "./values.ts";
import { closeFields, openFields } from "./values.ts";

export class Sealing {
  readonly keyring: Keyring;

  constructor(places: () => SealPlaces) {
    this.keyring = new Keyring(places);
  }

  headerOf(db: DatabaseSync): SealHeader {
    return readHeader(db);
  }

  /** Makes a new database a sealed one. That takes no key: there is no secret in it yet. */
  begin(db: DatabaseSync, agent: string, { key }: SealHeader, now: number): void {
    createSealedTable(db);
    writeHeader(db, { agent, key, since: now });
  }

  /** @throws AccessError `store_unreadable`; NotReady as `Keyring.find` */
  codec(db: DatabaseSync, opening: Opening, install: GenerationKey): Codec {
    const header = readHeader(db);
    const known = opening === "facts" ? undefined : this.keyring.known(header.key.id);
    if (known || opening !== "open") return new SealCodec(db, header, keysOf(known, install));
    const found = this.keyring.find(header);
    if ("key" in found) return new SealCodec(db, header, keysOf(found.key, install));
    return new SealCodec(db, header, keysOf(undefined, install, found.fault), found.fault);
  }
}

const NOT_ASKED_FOR =
  "This writes a credential into a sealed store, and its key was not asked for. Report this.";

export const keysOf = (
  key: Keys["key"],
  install: GenerationKey,
  fault = new AccessError("internal", NOT_ASKED_FOR),
): Keys => ({ key, install, missing: () => new AccessError(fault.code, fault.message) });

export class SealCodec implements Codec {
  readonly locked: boolean;
  readonly #db: DatabaseSync;
  readonly #header: SealHeader;
  readonly #keys: Keys;
  readonly #fault: AccessError | undefined;
  #standIns: StandIns = new Map();

  constructor(db: DatabaseSync, header: SealHeader, keys: Keys, fault?: AccessError) {
    this.#db = db;
    this.#header = header;
    this.#keys = keys;
    this.#fault = fault;
    this.locked = !keys.key;
  }

  readonly written = {
    open: (id: string, record: Written) => this.#mapped(record, (credential) => this.#open(id, credential)),
    close: (id: string, record: Written) => this.#mapped(record, (credential) => this.#close(id, credential)),
  };

  readonly history = {
    open: (item: HistoryItem) => ofProfile(item, (id, before) => this.#mapped(before, this.#opener(id))),
    close: (item: HistoryItem) => ofProfile(item, (id, before) => this.#mapped(before, this.#closer(id))),
  };

  readonly family = {
    open: (provider: string, family: Partial<Family>) =>
      ofFamily(family, (tokens) =>
        openFields(tokens, isSecretOfTokens, this.#family(provider), this.#keys, this.#standIns),
      ),
    close: (provider: string, family: Partial<Family>) =>
      ofFamily(family, (tokens) =>
        closeFields(tokens, isSecretOfTokens, this.#family(provider), this.#keys, this.#standIns),
      ),
  };

  load(before: SealedRow | undefined): SealedRow {
    const { key, since, agent } = this.#header;
    const depth = this.locked ? `locked ${this.#fault ? messageOf(this.#fault) : ""}` : "open";
    const version = `${agent} ${key.id} ${since} ${changesSoFar(this.#db)} ${depth}`;
    if (before?.version === version) return this.#goOnWith(before);
    const entries = loadEntries(this.#db);
    const fault = this.#fault && messageOf(this.#fault);
    return new ReadSealedRow({ agent, version, keys: this.#keys, fault, standIns: this.#standIns, entries });
  }

  /** What was read before knows its stand-ins, which may be put elsewhere now. */
  #goOnWith(before: SealedRow): SealedRow {
    for (const [place, envelope] of this.#standIns) before.standIns.set(place, envelope);
    this.#standIns = before.standIns;
    return before;
  }

  needKey(): void {
    if (this.locked) throw this.#keys.missing();
  }

  #mapped<T extends { readonly credential?: Credential }>(
    holder: T,
    map: (each: Credential) => Credential,
  ): T {
    return isObject(holder.credential) ? { ...holder, credential: map(holder.credential) } : holder;
  }

  readonly #opener = (id: string) => (credential: Credential) => this.#open(id, credential);
  readonly #closer = (id: string) => (credential: Credential) => this.#close(id, credential);

  #open(id: string, credential: Credential): Credential {
    return openFields(credential, isSecretField, this.#owner(id, credential), this.#keys, this.#standIns);
  }

  #close(id: string, credential: Credential): Credential {
    return closeFields(credential, isSecretField, this.#owner(id, credential), this.#keys, this.#standIns);
  }

  #owner(id: string, { provider }: Credential): Owner {
    return { agent: this.#header.agent, id, provider };
  }

  #family(provider: string): Owner {
    return { agent: this.#header.agent, id: `family of ${provider}`, provider };
  }
}

function ofProfile(
  item: HistoryItem,
  map: (id: string, before: NonNullable<(HistoryItem & { kind: "profile" })["before"]>) => typeof before,
): HistoryItem {
  return item.kind === "profile" && item.before ? { ...item, before: map(item.id, item.before) } : item;
}

function ofFamily(
  family: Partial<Family>,
  map: (tokens: NonNullable<Family["newest"]>) => typeof tokens,
): Partial<Family> {
  return family.newest ? { ...family, newest: map(family.newest) } : family;
}
