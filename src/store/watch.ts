// Noticing changes of database files: the system's notices for speed, a slow look for certainty.
import type { FSWatcher } from "node:fs";
import { existsSync, statSync, watch } from "node:fs";
import { dirname } from "node:path";
import { realFile } from "./read-database.ts";

const LOOK_EVERY_MS = 5_000;
/** Folders come, go and move rarely: one look in so many asks for them too. */
const FOLLOW_EVERY = 6;
/** One commit causes several notices. */
const SETTLE_MS = 25;
/** Two writes within one tick of the file system's clock look alike. */
const CLOCK_TICK_MS = 20;

const MISSING = "-";

/** Calls back soon after the database at `file` changed, which need not exist yet. Returns the way to stop. */
export function watchDatabase(file: string, onChange: () => void): () => void {
  let real = realFile(file) ?? file;
  let seen = stampOf(real);
  let looks = 0;
  let settling: NodeJS.Timeout | undefined;
  const look = () => {
    if (looks++ % FOLLOW_EVERY === 0 || seen.startsWith(MISSING) || !folder.alive()) follow();
    const stamp = stampOf(real);
    if (stamp === seen) return;
    seen = stamp;
    onChange();
  };
  const notice = () => {
    clearTimeout(settling);
    settling = setTimeout(look, SETTLE_MS).unref();
  };
  let folder = watchFolder(folderOf(real), notice);
  /** The folder may come, go, and come again. */
  const follow = () => {
    real = realFile(file) ?? file;
    const now = folderOf(real);
    if (folder.alive() && folder.path === now) return;
    folder.close();
    folder = watchFolder(now, notice);
  };
  // All watches look at the same moments: a process with hundreds of them sleeps in between.
  let timer: NodeJS.Timeout;
  const lookLater = () => {
    const ms = LOOK_EVERY_MS - (performance.now() % LOOK_EVERY_MS);
    timer = setTimeout(lookAndGoOn, Math.ceil(ms) + 1).unref();
  };
  const lookAndGoOn = () => {
    lookLater();
    look();
  };
  lookLater();
  return () => {
    clearTimeout(timer);
    clearTimeout(settling);
    folder.close();
  };
}

/** The same for a plain file: it has no log beside it. */
export const watchFile = watchDatabase;

/** The folder of the real file, or the nearest one above it that exists. */
function folderOf(real: string): string {
  let folder = dirname(real);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** Equal while nothing was written. A file written just now gets a stamp that will not stay equal. */
function stampOf(file: string): string {
  const stats = [file, `${file}-wal`].map((each) => statSync(each, { bigint: true, throwIfNoEntry: false }));
  const newest = Math.max(...stats.map((stat) => Number(stat?.mtimeMs ?? 0)));
  const fresh = Date.now() - newest < CLOCK_TICK_MS ? performance.now() : "";
  return stats.map((stat) => (stat ? `${stat.ino}:${stat.size}:${stat.mtimeNs}` : MISSING)).join(" ") + fresh;
}

interface FolderWatch {
  readonly path: string;
  alive(): boolean;
  close(): void;
}

function watchFolder(path: string, notice: () => void): FolderWatch {
  let watcher: FSWatcher | undefined;
  const end = () => {
    watcher?.close();
    watcher = undefined;
  };
  try {
    watcher = watch(path, { persistent: false }, notice);
    watcher.on("error", end);
  } catch {
    // No more watches to be had, or a file system without them: the timer does it alone.
  }
  return { path, alive: () => watcher !== undefined, close: end };
}
