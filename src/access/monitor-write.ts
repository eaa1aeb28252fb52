// Puts the files of a timer where their scheduler finds them. What stands there and is not ours is left alone.
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../config/replace-file.ts";
import { AccessError, messageOf } from "../core/errors.ts";
import type { TimerFile } from "./monitor-files.ts";

export interface WrittenFile {
  readonly path: string;
  /** `false`: it was there already, the same */
  readonly written: boolean;
}

/**
 * All or, when one of them is in the way, none.
 *
 * @throws AccessError `bad_input` when another file stands there; `store_unwritable`
 */
export async function writeTimerFiles(folder: string, files: readonly TimerFile[]): Promise<WrittenFile[]> {
  const found = files.map((file) => ({ ...file, path: join(folder, file.name), old: readOld(folder, file) }));
  const other = found.find(({ old, content }) => old !== undefined && old !== content);
  if (other)
    throw new AccessError(
      "bad_input",
      `${other.path} is there already and says something else. Nothing was written; move it away first, or compare it with what is printed without --write.`,
    );
  for (const { path, content, old, executable } of found)
    if (old === undefined) await write(path, content, executable);
  return found.map(({ path, old }) => ({ path, written: old === undefined }));
}

function readOld(folder: string, { name }: TimerFile): string | undefined {
  const path = join(folder, name);
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new AccessError("bad_input", `${path} cannot be read: ${messageOf(cause)}. Nothing was written.`, {
      cause,
    });
  }
}

async function write(path: string, content: string, executable: true | undefined): Promise<void> {
  try {
    await replaceFile(path, content);
    if (executable) chmodSync(path, 0o700);
  } catch (cause) {
    throw new AccessError("store_unwritable", `${path} cannot be written: ${messageOf(cause)}`, { cause });
  }
}
