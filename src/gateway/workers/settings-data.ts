// Settings as they go from the primary to its workers, and what a worker makes of them.
import { homedir, userInfo } from "node:os";
import { resolvePaths } from "../../config/paths.ts";
import type { Config } from "../../config/config.ts";
import { Secret } from "../../core/secret.ts";
import type { SettingsReader } from "../settings/reload.ts";
import type { SettingsData } from "./protocol.ts";

/** @throws AccessError `config_invalid` when a section that is read on demand is broken */
export const settingsData = (settings: Omit<SettingsReader, "paths">, debug: boolean): SettingsData => ({
  config: flat(settings.config()),
  accessConfig: settings.accessConfig(),
  env: settings.env(),
  refs: [...(settings.config().refValues ?? [])].map(([key, { value, problem }]) => [
    key,
    { ...(value && { text: value.reveal() }), ...(problem === undefined ? {} : { problem }) },
  ]),
  debug,
});

/** Sections may be read on demand, and be inherited: a copy for another process has them all. */
function flat(config: Config): Config {
  const copy: Record<string, unknown> = {};
  // oxlint-disable-next-line guard-for-in -- what is inherited belongs to it
  for (const name in config) if (name !== "refValues") copy[name] = config[name as keyof Config];
  return copy as unknown as Config;
}

export function readerOf({ config: written, accessConfig, env, refs }: SettingsData): SettingsReader {
  const values = refs.map(
    ([key, { text, problem }]) =>
      [
        key,
        { ...(text === undefined ? {} : { value: new Secret(text) }), ...(problem && { problem }) },
      ] as const,
  );
  const config = { ...written, refValues: new Map(values) };
  const dirs = new Map(
    config.agents.flatMap(({ id, agentDir }) => (agentDir === undefined ? [] : [[id, agentDir]])),
  );
  const paths = resolvePaths(process.env, homedir() || userInfo().homedir, dirs);
  return { config: () => config, accessConfig: () => accessConfig, env: () => env, paths: () => paths };
}
