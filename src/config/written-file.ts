// A settings file on disk while it is edited: where it is, what stood there, its backups.
import * as disk from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { AccessError, messageOf } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { invalidConfig, parseDocument, readBytes } from "./document.ts";
import type { Files } from "./replace-file.ts";

const { readlink, realpath } = disk;

export function parseBytes(path: string, bytes: Buffer): JsonObject {
  const parsed = parseDocument(bytes);
  if ("issues" in parsed) throw invalidConfig(path, parsed.issues);
  return parsed.value;
}

export function bytesOf(path: string, target: string): Buffer | undefined {
  const bytes = readBytes(target);
  if (bytes && "issues" in bytes) throw invalidConfig(path, bytes.issues);
  return bytes?.value;
}

export const sameBytes = (a: Buffer | undefined, b: Buffer | undefined): boolean =>
  a === undefined || b === undefined ? a === b : a.equals(b);

const BACKUPS = ["", ".1", ".2", ".3", ".4"];

/** `.bak` is the newest of five. Nothing hangs on it, so it is not flushed: until the rename the old file stands. */
export async function keepBackup(path: string, bytes: Buffer, files: Files): Promise<void> {
  const names = BACKUPS.map((suffix) => `${path}.bak${suffix}`);
  for (let n = names.length - 1; n > 0; n--) {
    await files.rename(names[n - 1]!, names[n]!).catch(ignoreMissing);
  }
  await files.writeFile(names[0]!, bytes, { mode: 0o600, flag: "wx" });
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

/** Where a symbolic link leads, also when nothing is there yet. What cannot be followed is reported by the read. */
export async function followLink(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  if (real !== undefined) return real;
  const link = await readlink(path).catch(() => undefined);
  return link === undefined ? path : resolve(dirname(path), link);
}

export async function writable<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof AccessError) throw error;
    throw new AccessError(
      "store_unwritable",
      `${path} cannot be written: ${messageOf(error)}. The file is as it was; check the folder's owner, mode and free space.`,
      { cause: error },
    );
  }
}
