// Every write of openclaw.json leaves a line in `logs/config-audit.jsonl` (fidelity spec §1, §11.1): who, when,
// from which text to which. Only the words of the command are told: its arguments may hold a secret.
import { hash } from "node:crypto";
import { appendFile, lstat, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Paths } from "./paths.ts";
import { replaceFile } from "./replace-file.ts";

export interface ConfigWrite {
  readonly configPath: string;
  /** ms since epoch */
  readonly now: number;
  /** `models set`, without its arguments; absent when the writer did not say */
  readonly command?: string | undefined;
  /** the file as it was; absent when there was none */
  readonly before: Text | undefined;
  readonly after: Text;
}

interface Text {
  readonly bytes: Buffer;
  readonly mode: number | undefined;
}

const MOST_BYTES = 1_000_000;

export const writeLogFile = ({ stateDir }: Pick<Paths, "stateDir">): string =>
  join(stateDir, "logs", "config-audit.jsonl");

/** Adds the line; above 1 MB the older half goes. The config stands already: what fails here is not told. */
export async function logWrite(paths: Pick<Paths, "stateDir">, write: ConfigWrite): Promise<void> {
  try {
    const file = writeLogFile(paths);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const there = await lstat(file).catch(() => undefined);
    // A pipe would wait for a reader, a link may lead anywhere.
    if (there && !there.isFile()) return;
    await appendFile(file, `${JSON.stringify(lineOf(write))}\n`, { mode: 0o600 });
    if ((there?.size ?? 0) > MOST_BYTES) await replaceFile(file, newerHalf(await readFile(file)));
  } catch {
    // As said above.
  }
}

function lineOf({ configPath, now, command, before, after }: ConfigWrite) {
  return {
    ts: new Date(now).toISOString(),
    event: "config.write",
    configPath,
    pid: process.pid,
    argv: ["openclaw", ...(command?.split(" ").filter((word) => word !== "openclaw") ?? [])],
    previousHash: before ? hash("sha256", before.bytes) : null,
    nextHash: hash("sha256", after.bytes),
    previousBytes: before?.bytes.length ?? null,
    nextBytes: after.bytes.length,
    previousMode: before?.mode ?? null,
    nextMode: after.mode ?? null,
  };
}

/** Whole lines only. */
function newerHalf(bytes: Buffer): Buffer {
  return bytes.subarray(bytes.indexOf("\n", bytes.length / 2) + 1);
}
