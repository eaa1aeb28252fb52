// `--reset`: what there is goes to the trash before anything is set up. Moved, never deleted.
import { lstatSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { moveToTrash, takeFromTrash } from "../access/trash.ts";
import type { Paths } from "../config/paths.ts";
import { isInside, realFolder } from "../access/agent-folders.ts";
import { AccessError } from "../core/errors.ts";

export const RESET_SCOPES = ["config", "config+creds+sessions", "full"] as const;
export type ResetScope = (typeof RESET_SCOPES)[number];

/** Credentials and sessions of the agents lie in one file each, so they go together. */
export function resetPlaces(
  { configPath, stateDir, home }: Pick<Paths, "configPath" | "stateDir" | "home">,
  scope: ResetScope,
  workspace: string,
): string[] {
  if (scope === "config") return [configPath];
  const places = [configPath, resolve(stateDir, "agents"), resolve(stateDir, "credentials")];
  if (scope !== "full") return places;
  const holds = [home, stateDir, dirname(configPath)].find((place) =>
    isInside(realFolder(place), realFolder(workspace)),
  );
  if (holds === undefined) return [...places, workspace];
  throw new AccessError(
    "bad_input",
    `The workspace ${workspace} holds ${holds}, and is not thrown away. Use --reset-scope config+creds+sessions. Nothing was changed.`,
  );
}

export interface Moved {
  readonly from: string;
  readonly to: string;
}

/** All of it or nothing. @returns what was there, and where it is now @throws AccessError `store_unwritable` */
export function moveAway(places: readonly string[], home: string, now: number): Moved[] {
  const moved: Moved[] = [];
  for (const from of places) {
    const result = moveToTrash(from, home, now);
    if ("to" in result) moved.push({ from, to: result.to });
    else if (result.stays !== undefined)
      throw new AccessError("store_unwritable", `${from} stays: ${result.stays}. ${putBack(moved)}`);
  }
  return moved;
}

/**
 * Nothing came of what the place was made for. Where something was written meanwhile, nothing is put over it.
 *
 * @returns a sentence that says where it is
 */
export function putBack(moved: readonly Moved[]): string {
  if (moved.some(({ from }) => lstatSync(from, { throwIfNoEntry: false })))
    return `What there was before lies in ${moved.map(({ to }) => to).join(" and ")}.`;
  const left = moved.filter(({ from, to }) => !takeFromTrash(to, from));
  if (left.length === 0) return "Everything is where it was.";
  return left.map(({ from, to }) => `${from} could not be put back, and lies in ${to}.`).join(" ");
}
