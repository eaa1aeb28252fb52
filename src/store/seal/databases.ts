// Sealing, unsealing and rekeying the databases of agents. Each database changes in one transaction: a kill leaves it
// as it was or as it is to be, and whoever reads meanwhile finds in it which key it has.
import type { DatabaseSync } from "node:sqlite";
import type { AgentId } from "../../core/ids.ts";
import { AccessError } from "../../core/errors.ts";
import { isBusy, writeFault } from "../faults.ts";
import { isSealed, NotReady, prepared, setCodec } from "../codec.ts";
import { InstallKey } from "../generation.ts";
import { readDatabase, realFile } from "../read-database.ts";
import { ensureSchema } from "../schema.ts";
import { openForWriting, patiently, transact } from "../write-database.ts";
import type { SealKey } from "./box.ts";
import { convert } from "./convert.ts";
import type { KeyPlace, SealHeader } from "./header.ts";
import { dropSeal, readHeader, writeHeader } from "./header.ts";
import type { Keyring } from "./keyring.ts";
import { handOverPlace } from "./keyring.ts";
import { keysOf, SealCodec } from "./sealing.ts";

export interface AgentFile {
  readonly agent: AgentId;
  readonly file: string;
}

export interface Hands {
  readonly globalDir: string;
  readonly keyring: Keyring;
  /** ms since epoch */
  readonly now: () => number;
  /** Called between the steps: tests end the process there. */
  readonly step?: (name: string) => void;
}

/** A key and where it can be found again. */
export interface PlacedKey {
  readonly key: SealKey;
  readonly place: KeyPlace;
}

/** What the database says of its key; `undefined` when it is not sealed, or not there. */
export async function headerOf({ file }: AgentFile): Promise<SealHeader | undefined> {
  return patiently(() => readDatabase(file, (db) => (isSealed(db) ? readHeader(db) : undefined)));
}

/** Seals what is not sealed yet. @returns how many profiles have secrets there */
export function sealDatabase(at: AgentFile, { key, place }: PlacedKey, hands: Hands): Promise<number> {
  return inTransaction(at, hands, "seal", (db, install) => {
    ensureSchema(db, at.agent, hands.now());
    const former = isSealed(db) ? codecFor(db, hands, install) : undefined;
    const header = { agent: former?.header.agent ?? at.agent, key: place, since: hands.now() };
    return write(db, former?.codec, { header, key }, install, hands);
  });
}

/**
 * Seals with another key. Where the former key is a passphrase, running programs cannot ask for the new one: it is
 * handed to them, sealed with the former, until `endHandOver`.
 */
export function rekeyDatabase(at: AgentFile, { key, place }: PlacedKey, hands: Hands): Promise<number> {
  return inTransaction(at, hands, "rekey", (db, install) => {
    const { codec, header: former, key: old } = codecFor(db, hands, install);
    if (former.key.id === key.id) return 0;
    const handedOver = old.seal(key.export(), handOverPlace(key.id));
    const header = { agent: former.agent, key: place, since: hands.now(), handedOver };
    return write(db, codec, { header, key }, install, hands);
  });
}

export function endHandOver(at: AgentFile, hands: Hands): Promise<void> {
  return inTransaction(at, hands, "hand over", (db) => {
    if (!isSealed(db)) return;
    const { handedOver, ...header } = readHeader(db);
    if (handedOver !== undefined) writeHeader(db, header);
  });
}

/** Puts all secrets back. @returns how many profiles have some */
export function unsealDatabase(at: AgentFile, hands: Hands): Promise<number> {
  return inTransaction(at, hands, "unseal", (db, install) => {
    if (!isSealed(db)) return 0;
    const { codec } = codecFor(db, hands, install);
    const count = convert(db, codec, undefined, hands.now());
    dropSeal(db);
    return count;
  });
}

interface Target {
  readonly header: SealHeader;
  readonly key: SealKey;
}

function write(
  db: DatabaseSync,
  from: SealCodec | undefined,
  { header, key }: Target,
  install: InstallKey,
  { now }: Hands,
): number {
  const keys = keysOf(key, install.current().key);
  const codec = new SealCodec(db, header, keys);
  const count = convert(db, from, { agent: header.agent, keys, codec }, now());
  writeHeader(db, header);
  return count;
}

/** @throws AccessError `store_sealed`; NotReady */
function codecFor(db: DatabaseSync, { keyring }: Hands, install: InstallKey) {
  const header = readHeader(db);
  const found = keyring.find(header);
  if ("fault" in found) throw found.fault;
  const codec = new SealCodec(db, header, keysOf(found.key, install.current().key));
  return { codec, header, key: found.key };
}

async function inTransaction<T>(
  { file, agent }: AgentFile,
  { globalDir, step }: Hands,
  what: string,
  work: (db: DatabaseSync, install: InstallKey) => T,
): Promise<T> {
  const install = new InstallKey(globalDir);
  const once = () => {
    install.publish();
    const db = openForWriting(file);
    try {
      return transact(db, "FULL", () => {
        const done = work(db, install);
        step?.(`${what} ${agent}: before commit`);
        return done;
      });
    } finally {
      setCodec(db, undefined);
      db.close();
    }
  };
  try {
    const done = await prepared(() => patiently(once));
    step?.(`${what} ${agent}: after commit`);
    return done;
  } catch (error) {
    throw inFile(file, error);
  }
}

function inFile(file: string, error: unknown): unknown {
  if (error instanceof AccessError && !error.message.includes(file))
    return new AccessError(error.code, `${file}: ${error.message}`, { cause: error });
  return error instanceof NotReady ? error : writeFault(file, error);
}

/** Longest that old pages are waited for: readers hold them for moments. */
const SCRUB_PATIENCE_MS = 20_000;

/**
 * Leaves no old page: neither in the database nor in its log.
 *
 * @returns whether it was possible; a reader that stays keeps the log from being cut
 */
export async function scrubDatabase({ file, agent }: AgentFile, { step }: Hands): Promise<boolean> {
  if (realFile(file) === undefined) return true;
  const giveUp = performance.now() + SCRUB_PATIENCE_MS;
  for (;;) {
    if (tryScrub(file)) break;
    if (performance.now() > giveUp) return false;
    await new Promise((again) => setTimeout(again, 20 + Math.random() * 50));
  }
  step?.(`scrub ${agent}: done`);
  return true;
}

function tryScrub(file: string): boolean {
  const db = openForWriting(file);
  try {
    db.exec("VACUUM");
    const cut = db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
    return cut?.["busy"] === 0;
  } catch (error) {
    if (isBusy(error)) return false;
    throw writeFault(file, error);
  } finally {
    db.close();
  }
}
