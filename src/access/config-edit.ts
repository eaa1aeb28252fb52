// Edits of openclaw.json that depend on what it says: judged under the lock that they are written under.
import type { Config } from "../config/config.ts";
import { readDocument } from "../config/document.ts";
import type { ConfigEdit, EditOptions } from "../config/edit.ts";
import { loadConfig } from "../config/load.ts";
import type { JsonObject } from "../core/json.ts";
import type { CommandDeps } from "./open-deps.ts";

export type Edit = ConfigEdit;

export interface WrittenConfig {
  /** as it is now */
  readonly config: Config;
  readonly changed: boolean;
  /** the file as it was; absent when there was none or nothing changed */
  readonly backupPath?: string;
}

/**
 * Writes what `decide` makes of the config as it is under the lock; `decide` may run again. It sees the file
 * as the program reads it, and all of it.
 *
 * @throws AccessError `config_invalid`, `config_conflict`, `store_unwritable`; or what `decide` throws, with
 *   nothing written
 */
export async function writeConfig(
  deps: CommandDeps,
  decide: (current: Config, document: JsonObject) => readonly Edit[],
  options: Pick<EditOptions, "note" | "base"> = {},
): Promise<WrittenConfig> {
  const paths = deps.paths();
  // What is refused, or changes nothing, is known before a lock leaves its file behind.
  const config = loadConfig(paths);
  if (decide(config, readDocument(paths.configPath)).length === 0) return { config, changed: false };
  const { editConfig } = await import("../config/edit.ts");
  // A program that does not know the lock may write in between; the edit is then refused and made again.
  const { changed, backup } = await editConfig(paths, (document) => decide(loadConfig(paths), document), {
    now: deps.now(),
    version: deps.version,
    note: deps.note(),
    ...(deps.files ? { files: deps.files } : {}),
    ...options,
  });
  return { config: loadConfig(paths), changed, ...(backup === undefined ? {} : { backupPath: backup }) };
}
