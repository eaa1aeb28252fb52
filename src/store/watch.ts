// Noticing changes of database files: the system's notices for speed, a slow look for certainty.
import type { FSWatcher } from "node:fs";
import { statSync, watch } from "node:fs";
import { dirname } from "node:path";
import { realFile } from "./read-database.ts";

const LOOK_EVERY_MS = 2_500;
/** One commit causes several notices. */
const SETTLE_MS = 25;
/** Two writes within one tick of the file system's clock look alike. */
const CLOCK_TICK_MS = 20;

/** Calls back soon after the database at `file` changed, which need not exist yet. Returns the way to stop. */
export function watchDatabase(file: string, onChange: () => void): () => void {
  let seen = stampOf(file);
  let settling: NodeJS.Timeout | undefined;
  const look = () => {
    const stamp = stampOf(file);
    if (stamp === seen) return;
    seen = stamp;
    onChange();
  };
  const notice = () => {
    clearTimeout(settling);
    settling = setTimeout(look, SETTLE_MS).unref();
  };
  let folder = watchFolder(file, notice);
  const timer = setInterval(() => {
    if (!folder.alive()) folder = watchFolder(file, notice);
    look();
  }, LOOK_EVERY_MS).unref();
  return () => {
    clearInterval(timer);
    clearTimeout(settling);
    folder.close();
  };
}

/** Equal while nothing was written. A file written just now gets a stamp that will not stay equal. */
function stampOf(path: string): string {
  const file = realFile(path) ?? path;
  const stats = [file, `${file}-wal`].map((each) => statSync(each, { bigint: true, throwIfNoEntry: false }));
  const newest = Math.max(...stats.map((stat) => Number(stat?.mtimeMs ?? 0)));
  const fresh = Date.now() - newest < CLOCK_TICK_MS ? performance.now() : "";
  return stats.map((stat) => (stat ? `${stat.ino}:${stat.size}:${stat.mtimeNs}` : "-")).join(" ") + fresh;
}

/** Notices of the folder, while there is one; the timer looks again for a folder that comes later. */
function watchFolder(path: string, notice: () => void): { alive(): boolean; close(): void } {
  let watcher: FSWatcher | undefined;
  const end = () => {
    watcher?.close();
    watcher = undefined;
  };
  try {
    watcher = watch(dirname(realFile(path) ?? path), { persistent: false }, notice);
    watcher.on("error", end);
    watcher.on("close", end);
  } catch {
    // No such folder yet, or no more watches to be had: the timer does it alone.
  }
  return { alive: () => watcher !== undefined, close: end };
}
