// The trash: folders are moved, never destroyed. `~/.Trash/<name>-<ms>-<random>/<name>`, as OpenClaw does it.
import { lstatSync, mkdirSync, mkdtempSync, renameSync, rmdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { messageOf } from "../core/errors.ts";

type Thrown =
  | { readonly to: string }
  /** why; nothing when it was not there */
  | { readonly stays: string | undefined };

/** @param now ms since epoch */
export function moveToTrash(folder: string, home: string, now: number): Thrown {
  try {
    if (!lstatSync(folder, { throwIfNoEntry: false })) return { stays: undefined };
    try {
      return { to: throwInto(home, folder, now) };
    } catch (error) {
      // A volume of its own, as containers have it: what is moved stays on it.
      if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
      return { to: throwInto(dirname(folder), folder, now) };
    }
  } catch (error) {
    return { stays: `it cannot be moved to the trash (${messageOf(error)})` };
  }
}

function throwInto(place: string, folder: string, now: number): string {
  const name = basename(folder);
  const trash = join(place, ".Trash");
  mkdirSync(trash, { recursive: true, mode: 0o700 });
  const holder = mkdtempSync(join(trash, `${name}-${now}-`));
  const to = join(holder, name);
  try {
    renameSync(folder, to);
  } catch (error) {
    rmdirSync(holder);
    throw error;
  }
  return to;
}

/** @returns whether it is where it was; `from` is as `moveToTrash` told it */
export function takeFromTrash(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    rmdirSync(dirname(from));
    return true;
  } catch {
    return lstatSync(to, { throwIfNoEntry: false }) !== undefined;
  }
}
