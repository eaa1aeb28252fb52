// One editor of the config at a time, over all processes. The lock is a write transaction on an empty SQLite
// file: the kernel lets go of it when its owner dies, so that no stale lock can ever be left behind.
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { AccessError, messageOf } from "../core/errors.ts";

const LONGEST_WAIT_MS = 30_000;
const SQLITE_BUSY = 5;

/**
 * Runs `work` while no other editor runs. Waits without blocking the thread.
 *
 * @param lockPath the file to lock; made, with its folder, when missing
 * @throws AccessError `config_conflict` when others hold it too long, `store_unwritable` when it cannot be made
 */
export async function withConfigLock<T>(lockPath: string, work: () => Promise<T>): Promise<T> {
  const database = openLock(lockPath);
  try {
    await acquire(database, lockPath);
    return await work();
  } finally {
    database.close();
  }
}

function openLock(lockPath: string): DatabaseSync {
  try {
    mkdirSync(dirname(lockPath), { recursive: true, mode: 0o700 });
    closeSync(openSync(lockPath, "a", 0o600));
    return new DatabaseSync(lockPath, { timeout: 0 });
  } catch (error) {
    throw unusable(lockPath, error, "Check the folder's owner, mode and free space.");
  }
}

const unusable = (lockPath: string, cause: unknown, remedy: string): AccessError =>
  new AccessError(
    "store_unwritable",
    `${lockPath} cannot be used as a lock: ${messageOf(cause)}. ${remedy}`,
    {
      cause,
    },
  );

async function acquire(database: DatabaseSync, lockPath: string): Promise<void> {
  const deadline = performance.now() + LONGEST_WAIT_MS;
  while (!tryAcquire(database, lockPath)) {
    if (performance.now() > deadline) {
      throw new AccessError(
        "config_conflict",
        `Another program has held ${lockPath} for ${LONGEST_WAIT_MS / 1000} s. Nothing was written; try again.`,
      );
    }
    await sleep(2 + Math.random() * 20);
  }
}

function tryAcquire(database: DatabaseSync, lockPath: string): boolean {
  try {
    database.exec("BEGIN IMMEDIATE");
    return true;
  } catch (error) {
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY) return false;
    throw unusable(lockPath, error, "Check free space. It holds nothing: it may be deleted.");
  }
}
