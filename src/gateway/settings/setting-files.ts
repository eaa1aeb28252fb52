// The files that a running gateway follows, as they are now; for saying what changed.
import { join } from "node:path";
import { parseEnv } from "node:util";
import { defaultAgent } from "../../access/read-view.ts";
import type { Config } from "../../config/config.ts";
import { parseDocument, readBytes } from "../../config/document.ts";
import type { Paths } from "../../config/paths.ts";
import { changedKeys } from "../../core/changed-keys.ts";
import type { JsonObject } from "../../core/json.ts";

export interface SettingFiles {
  /** absent: there is no such file, or it is no JSON5 */
  readonly config: JsonObject | undefined;
  readonly access: JsonObject | undefined;
  readonly dotenv: JsonObject;
  /** OpenClaw's list of providers and models */
  readonly registry: JsonObject | undefined;
}

export const registryFile = (paths: Paths, config: Config): string =>
  join(paths.agentDir(defaultAgent(config)), "models.json");

export function readSettingFiles(paths: Paths, config: Config): SettingFiles {
  return {
    config: documentOf(paths.configPath),
    access: documentOf(paths.accessConfigPath),
    dotenv: dotenvOf(paths.dotenvPath),
    registry: documentOf(registryFile(paths, config)),
  };
}

/** Names of what differs, each with its file unless that is openclaw.json. */
export function changesOf(before: SettingFiles, after: SettingFiles): string[] {
  return [
    ...changedKeys(before.config ?? {}, after.config ?? {}),
    ...named("access.json", changedKeys(before.access ?? {}, after.access ?? {})),
    ...named(".env", changedKeys(before.dotenv, after.dotenv)),
    ...named("models.json", changedKeys(before.registry ?? {}, after.registry ?? {})),
  ];
}

const named = (file: string, keys: readonly string[]): string[] => keys.map((key) => `${file} ${key}`);

function documentOf(path: string): JsonObject | undefined {
  const bytes = readBytes(path);
  if (!bytes || "issues" in bytes) return undefined;
  const parsed = parseDocument(bytes.value);
  return "issues" in parsed ? undefined : parsed.value;
}

function dotenvOf(path: string): JsonObject {
  const bytes = readBytes(path);
  return !bytes || "issues" in bytes ? {} : parseEnv(new TextDecoder().decode(bytes.value));
}
