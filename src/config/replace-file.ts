// Puts new content in place of a file, whole or not at all: temporary file in the same folder, fsync, rename,
// fsync of the folder. Files are mode 600, new folders 700 (fidelity spec §1).
import { randomBytes } from "node:crypto";
import * as disk from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const { readdir, rm, stat } = disk;

/** What writing a file asks of the disk; tests hand in one that fails. */
export type Files = Pick<typeof disk, "mkdir" | "open" | "rename" | "writeFile">;

/**
 * @param stillWanted asked last, when only the rename is left to do; `false` leaves the old file
 * @returns whether the file was replaced
 * @throws the system's error (ENOSPC, EROFS, EACCES …); the old file is then untouched
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  stillWanted: () => Promise<boolean> = () => Promise.resolve(true),
  files: Files = disk,
): Promise<boolean> {
  const folder = dirname(path);
  await files.mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `${temporaryPrefix(path)}${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    await writeDurably(temporary, content, path, files);
    if (!(await stillWanted())) return false;
    await files.rename(temporary, path);
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
  await syncFolder(folder, files);
  return true;
}

async function writeDurably(
  temporary: string,
  content: string | Uint8Array,
  path: string,
  files: Files,
): Promise<void> {
  const file = await files.open(temporary, "wx", 0o600);
  try {
    await file.writeFile(content);
    await keepOwner(file, path);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A user must not lose access to a file because root edited it. */
async function keepOwner(file: disk.FileHandle, path: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const old = await stat(path).catch(() => stat(dirname(path)));
  if (old.uid !== 0) await file.chown(old.uid, old.gid);
}

async function syncFolder(folder: string, files: Files): Promise<void> {
  const handle = await files.open(folder, "r").catch(() => undefined);
  // Some file systems know no fsync of a folder; the rename itself has happened.
  await handle?.sync().catch(() => {});
  await handle?.close();
}

const temporaryPrefix = (path: string): string => `.${basename(path)}.new-`;
const LEFT_OVER_MS = 60_000;

/** Removes what a killed writer of `path` left: the temporary files hold the content, which may be secret. */
export async function removeLeftOvers(path: string, now: number): Promise<void> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(temporaryPrefix(path)))) {
    const file = join(folder, name);
    const age = await stat(file).then(
      ({ mtimeMs }) => now - mtimeMs,
      () => 0,
    );
    if (age > LEFT_OVER_MS) await rm(file, { force: true });
  }
}
