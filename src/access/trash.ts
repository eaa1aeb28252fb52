// The trash: folders are moved, never destroyed. `~/.Trash/<name>-<ms>-<random>/<name>`, as OpenClaw does it.
import { lstatSync, mkdirSync, mkdtempSync, renameSync, rmdirSync } from "node:fs";
import { basename, join } from "node:path";
import { messageOf } from "../core/errors.ts";

/**
 * @param now ms since epoch
 * @returns where it is now; or why it stays, nothing when it was not there
 */
export function moveToTrash(
  folder: string,
  home: string,
  now: number,
): { readonly to: string } | { readonly stays: string | undefined } {
  const name = basename(folder);
  let holder: string | undefined;
  try {
    if (!lstatSync(folder, { throwIfNoEntry: false })) return { stays: undefined };
    const trash = join(home, ".Trash");
    mkdirSync(trash, { recursive: true, mode: 0o700 });
    holder = mkdtempSync(join(trash, `${name}-${now}-`));
    const to = join(holder, name);
    renameSync(folder, to);
    return { to };
  } catch (error) {
    if (holder !== undefined) rmdirSync(holder);
    return { stays: `it cannot be moved to the trash (${messageOf(error)})` };
  }
}
