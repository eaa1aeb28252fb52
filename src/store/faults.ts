// What SQLite and the file system say, as the two errors of the store contract.
import { AccessError, messageOf } from "../core/errors.ts";

/** SQLite's primary result code of anything thrown, `undefined` when it is no SQLite error. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number")
    return undefined;
  return error.errcode & 0xff;
}

// https://sqlite.org/rescode.html
const PERM = 3;
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
/** of the file itself, also of a folder in its place */
const IOERR_READ = 266;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const PROTOCOL = 15;
const NOTADB = 26;

/** Somebody else has the lock: worth another try. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === BUSY || code === LOCKED || code === PROTOCOL;
}

/** The folder or file does not let us open it the ordinary way. */
export function isDenied(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === PERM || code === READONLY || code === CANTOPEN;
}

/** The file is no database, or a torn one. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === CORRUPT || code === NOTADB;
}

/** There is no room for what reading needs, or it cannot be written; what is in the file may well be whole. */
const isOfDisk = (error: unknown): boolean => {
  const code = sqliteCode(error);
  return code === FULL || (code === IOERR && (error as { errcode?: number }).errcode !== IOERR_READ);
};

/** What a file is for, and what moving it away costs. */
const FILES = {
  credentials: { what: "a credential database", cost: "" },
  sessions: {
    what: "a database of sessions",
    cost: " Conversations begin anew without it; credentials are not in it.",
  },
  receipts: {
    what: "a database of receipts and of what client keys use",
    cost: " Both begin anew without it; credentials are not in it.",
  },
  keys: { what: "the database of client keys", cost: " Clients need new keys without it." },
} as const;
export type FileOf = keyof typeof FILES;

export function unreadable(file: string, cause: unknown, of: FileOf = "credentials"): AccessError {
  const { what, cost } = FILES[of];
  const remedy = isOfDisk(cause)
    ? "It was left as it is. Check free space and the disk, then try again."
    : `It was left as it is. Restore it from a backup or move it away, then try again.${cost}`;
  return new AccessError(
    "store_unreadable",
    `${file} cannot be read as ${what} (${messageOf(cause)}). ${remedy}`,
    { cause },
  );
}

export function unwritable(file: string, cause: unknown): AccessError {
  const remedy = isBusy(cause)
    ? "Nothing was changed. Another program keeps it locked: end that program or try again later."
    : "Nothing was changed. Check free space and the permissions of its folder, then try again.";
  return new AccessError("store_unwritable", `${file} cannot be written (${messageOf(cause)}). ${remedy}`, {
    cause,
  });
}

/** A fault met while writing: a damaged file is `store_unreadable`, the rest `store_unwritable`. */
export function writeFault(file: string, error: unknown, of?: FileOf): unknown {
  if (isDamage(error)) return unreadable(file, error, of);
  return sqliteCode(error) !== undefined || isSystemError(error) ? unwritable(file, error) : error;
}

export function readFault(file: string, error: unknown, of?: FileOf): unknown {
  return sqliteCode(error) !== undefined || isSystemError(error) ? unreadable(file, error, of) : error;
}

const isSystemError = (error: unknown): boolean => error instanceof Error && "syscall" in error;
