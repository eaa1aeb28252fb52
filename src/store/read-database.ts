// Reading a database without leaving a trace (DESIGN, "Never broken" 6; https://sqlite.org/wal.html,
// "Read-only databases"): an ordinary read-only open of a WAL file creates its sidecars.
import { copyFileSync, existsSync, mkdtempSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { isDenied } from "./faults.ts";

/** How long one attempt waits for a lock. Callers try again for longer, without blocking. */
export const BUSY_TIMEOUT_MS = 250;
const ATTEMPTS = 8;

/**
 * Runs `read` on the database as it stands now; `undefined` when there is no such file. Without a `-wal`
 * the file is opened as immutable, and again when it changed meanwhile.
 *
 * @throws what SQLite or the file system says
 */
export function readDatabase<T>(path: string, read: (db: DatabaseSync) => T): T | undefined {
  const file = realFile(path);
  if (file === undefined) return undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const result = hasSidecar(file) ? readBeside(file, read) : readAlone(file, read);
    if (result !== CHANGED) return result;
  }
  return readPlainly(file, read);
}

/** The file behind `path`: sidecars stand beside it, not beside a link to it. */
export function realFile(path: string): string | undefined {
  if (!statSync(path, { throwIfNoEntry: false })) return undefined;
  return realpathSync(path);
}

const CHANGED = Symbol("changed while it was read");

const hasSidecar = (file: string): boolean => existsSync(`${file}-wal`) || existsSync(`${file}-journal`);

function readAlone<T>(file: string, read: (db: DatabaseSync) => T): T | typeof CHANGED {
  const url = pathToFileURL(file);
  url.searchParams.set("immutable", "1");
  return unlessChanged(file, () => readWith(url, { readOnly: true }, read));
}

/** The result of `work`, also its fault, counts only if no writer came in between. */
function unlessChanged<T>(file: string, work: () => T): T | typeof CHANGED {
  const before = stampOf(file);
  try {
    const result = work();
    return stampOf(file) === before ? result : CHANGED;
  } catch (error) {
    if (stampOf(file) !== before) return CHANGED;
    throw error;
  }
}

function stampOf(file: string): string {
  return [file, `${file}-wal`, `${file}-journal`]
    .map((each) => statSync(each, { bigint: true, throwIfNoEntry: false }))
    .map((stat) => (stat ? `${stat.ino}:${stat.size}:${stat.mtimeNs}` : "-"))
    .join(" ");
}

function readBeside<T>(file: string, read: (db: DatabaseSync) => T): T | typeof CHANGED {
  // No shared memory: nobody has it open, and opening it here would create that file.
  if (existsSync(`${file}-wal`) && !existsSync(`${file}-shm`))
    return unlessChanged(file, () => readCopy(file, read));
  try {
    return readPlainly(file, read);
  } catch (error) {
    if (!isDenied(error)) throw error;
    return hasSidecar(file) ? unlessChanged(file, () => readCopy(file, read)) : CHANGED;
  }
}

const readPlainly = <T>(file: string, read: (db: DatabaseSync) => T): T =>
  readWith(file, { readOnly: true }, read);

/** SQLite needs a shared-memory file beside a `-wal`; where there can or should be none, a copy is read. */
function readCopy<T>(file: string, read: (db: DatabaseSync) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "access-"));
  try {
    const copy = join(folder, basename(file));
    copyFileSync(file, copy);
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
    return readWith(copy, {}, read);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readWith<T>(file: string | URL, options: { readOnly?: boolean }, read: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(file, { ...options, timeout: BUSY_TIMEOUT_MS });
  try {
    return inSnapshot(db, read);
  } finally {
    db.close();
  }
}

/** All statements of `read` see one and the same state. */
export function inSnapshot<T>(db: DatabaseSync, read: (db: DatabaseSync) => T): T {
  db.exec("BEGIN");
  try {
    return read(db);
  } finally {
    if (db.isTransaction) db.exec("ROLLBACK");
  }
}
