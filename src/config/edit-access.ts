// Edits of access.json, under the lock of the settings: a reader sees the old file or the new one, comments stay.
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as disk from "node:fs/promises";
import { AccessError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { validateAccess } from "./access-config.ts";
import { withConfigLock } from "./config-lock.ts";
import { formatIssue } from "./document.ts";
import type { EditOptions, EditResult } from "./edit.ts";
import type { Paths } from "./paths.ts";
import { removeLeftOvers, replaceFile } from "./replace-file.ts";
import { printNew, rewrite } from "./rewrite.ts";
import { bytesOf, followLink, keepBackup, parseBytes, sameBytes, writable } from "./written-file.ts";

/**
 * Writes what `decide` makes of the document as it is under the lock. Durable when the promise resolves.
 *
 * @throws AccessError `config_invalid` when the result would not be usable, `config_conflict`, `store_unwritable`; or
 *   what `decide` throws; the file is then as it was
 */
export async function editAccess(
  paths: Pick<Paths, "accessConfigPath" | "globalDir">,
  decide: (current: JsonObject) => JsonObject,
  { now, files = disk }: Pick<EditOptions, "now" | "files">,
): Promise<EditResult> {
  const path = paths.accessConfigPath;
  return withConfigLock(join(paths.globalDir, "locks.sqlite"), async () => {
    const target = await followLink(path);
    const before = bytesOf(path, target);
    const current = before === undefined ? {} : parseBytes(path, before);
    const wanted = decide(current);
    if (isDeepStrictEqual(wanted, current)) return { path, changed: false };
    refuseFaults(path, wanted);
    const content = before === undefined ? printNew(wanted) : await rewrite(path, before.toString(), wanted);
    const replaced = await writable(path, async () => {
      await removeLeftOvers(target, now);
      const isUntouched = () => sameBytes(bytesOf(path, target), before);
      const stillWanted = async () => {
        if (before !== undefined) await keepBackup(path, before, files);
        return isUntouched();
      };
      return await replaceFile(target, content, stillWanted, files);
    });
    if (!replaced)
      throw new AccessError(
        "config_conflict",
        `${path} was changed by another program just now. Nothing was written; try again.`,
      );
    return { path, changed: true, ...(before === undefined ? {} : { backup: `${path}.bak` }) };
  });
}

function refuseFaults(path: string, document: JsonObject): void {
  const faults = validateAccess(document).map(formatIssue);
  if (faults.length === 0) return;
  throw new AccessError(
    "config_invalid",
    `${path} would be invalid after this change: ${faults.join("; ")}. Nothing was written.`,
  );
}
