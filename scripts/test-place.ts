// Where a test run keeps its homes. They are made, filled and removed by the thousand: in memory, none of that waits
// for a disk. What a disk keeps when the power fails is no question of these tests, which kill processes.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MEMORY = "/dev/shm";
/** Many times what a run keeps at once. */
const ROOM_BYTES = 2 * 1024 ** 3;

/** A new folder: in memory where that will do, unless TMPDIR says where. */
export function testPlace(): string {
  return (process.env["TMPDIR"] ? undefined : inMemory()) ?? newFolder(tmpdir());
}

function inMemory(): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize < ROOM_BYTES) return undefined;
    const folder = newFolder(MEMORY);
    if (runsPrograms(folder)) return folder;
    rmSync(folder, { recursive: true });
  } catch {
    // Other systems have none, or not for everybody.
  }
  return undefined;
}

function newFolder(parent: string): string {
  const folder = mkdtempSync(join(parent, "openclaw-test-"));
  // Tests that run as root have other users come in, who find what they are told of.
  chmodSync(folder, 0o711);
  return folder;
}

/** Containers often have a memory in which none may run; homes of tests hold programs. */
function runsPrograms(folder: string): boolean {
  const program = join(folder, "program");
  writeFileSync(program, "#!/bin/sh\n", { mode: 0o700 });
  return spawnSync(program).status === 0;
}
