// `--reset`: what there is goes to the trash before anything is set up. Moved, never deleted.
import { dirname, resolve } from "node:path";
import { moveToTrash } from "../access/trash.ts";
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

/** @returns what was moved, and where to; what was not there is left out @throws AccessError `store_unwritable` */
export function moveAway(
  places: readonly string[],
  home: string,
  now: number,
): { from: string; to: string }[] {
  const moved: { from: string; to: string }[] = [];
  for (const from of places) {
    const result = moveToTrash(from, home, now);
    if ("to" in result) moved.push({ from, to: result.to });
    else if (result.stays !== undefined)
      throw new AccessError(
        "store_unwritable",
        `${from} stays: ${result.stays}.${moved.map(({ to }) => ` ${to} was moved before.`).join("")}`,
      );
  }
  return moved;
}
