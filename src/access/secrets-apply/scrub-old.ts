// The old places that programs still read lose what was moved; what a reference reads stays.
import type { Config } from "../../config/config.ts";
import { MAIN_AGENT } from "../../core/ids.ts";
import type { SecretPlan } from "../../core/secret-plan.ts";
import type { CommandDeps } from "../open-deps.ts";
import { databasesOf } from "../seal/agent-files.ts";
import { scanConfig } from "../secrets-audit-scan.ts";
import { storedRefs } from "../secret-refs.ts";
import { pathOfFile } from "./files-to-fill.ts";
import type { Cover, Moved } from "./moved.ts";
import { scrubDotenv, scrubLegacy, scrubRegistry, variableEdits } from "./old-places.ts";
import type { Step } from "./write.ts";
import { edit } from "./write.ts";

interface Scrubbing {
  readonly moved: readonly Moved[];
  readonly config: Config;
  readonly changed: Set<string>;
  readonly step: Step;
}

export async function scrubOld(
  deps: CommandDeps,
  { options }: SecretPlan,
  { moved, config, changed, step }: Scrubbing,
): Promise<void> {
  const { order } = (await deps.store().read(MAIN_AGENT, "facts")).state;
  const cover: Cover = { moved, config, order };
  const note = (file: string | undefined) => file !== undefined && changed.add(file);
  const needed = await variablesInUse(deps, config);
  if (options.scrubEnv) {
    note(await scrubDotenv(deps, cover, needed));
    step(".env: scrubbed");
    if (await edit(deps, (document) => variableEdits(document, cover, needed))) note(deps.paths().configPath);
    step("config variables: scrubbed");
  }
  for (const { agent } of await databasesOf(deps)) {
    note(await scrubRegistry(deps, agent, cover));
    if (options.scrubLegacyAuthJson) for (const file of await scrubLegacy(deps, agent, cover)) note(file);
    step(`files of ${agent}: scrubbed`);
  }
}

/** Variables that a reference reads: they stay where they are set. */
async function variablesInUse(deps: CommandDeps, config: Config): Promise<ReadonlySet<string>> {
  const refs = scanConfig(deps.paths().configPath).refs.map(({ ref }) => ref);
  for (const { agent } of await databasesOf(deps)) {
    const { state } = await deps.store().read(agent);
    refs.push(...storedRefs(agent, state.profiles, config).map(({ ref }) => ref));
  }
  const passed = [...config.secretProviders.values()].flatMap((block) =>
    block.source === "exec" ? block.passEnv : [],
  );
  return new Set([...refs.flatMap(({ source, id }) => (source === "env" ? [id] : [])), ...passed]);
}

/** Files of `secrets.providers`: secrets belong there. */
export const homesOf = (deps: CommandDeps, { secretProviders }: Config): string[] =>
  [...secretProviders.values()].flatMap((block) =>
    block.source === "file" ? [pathOfFile(block, deps.paths().home)] : [],
  );
