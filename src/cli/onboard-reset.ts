// `--reset` of `onboard` and `setup`: told, agreed to, and moved to the trash before anything is looked at.
import { resolve } from "node:path";
import { openDeps } from "../access/open-deps.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import type { Config } from "../config/config.ts";
import { untilde } from "../config/paths.ts";
import { AccessError } from "../core/errors.ts";
import { readLock } from "../gateway/lifecycle/lock.ts";
import { moveAway, RESET_SCOPES, resetPlaces } from "../onboard/reset.ts";
import { terminalTalk } from "./ask.ts";
import type { Io } from "./io.ts";
import type { OnboardFlags } from "./onboard-flags.ts";
import { oneOf } from "./onboard-flags.ts";

/** @returns the program as it is on what remains @throws AccessError `bad_input`, `cancelled`, `store_unwritable` */
export async function afterReset(io: Io, deps: CommandDeps, flags: OnboardFlags): Promise<CommandDeps> {
  const scope = oneOf("--reset-scope", flags.resetScope ?? "config+creds+sessions", RESET_SCOPES);
  const paths = deps.paths();
  const lock = readLock(paths);
  if (lock)
    throw new AccessError(
      "bad_input",
      `A gateway works with these files (process ${lock.pid}). Stop it first: openclaw gateway stop. Nothing was changed.`,
    );
  const workspace = usableConfig(deps)?.turns.workspace ?? resolve(paths.stateDir, "workspace");
  const places = resetPlaces(paths, scope, resolve(untilde(workspace, paths.home)));
  if (!flags.nonInteractive) {
    const talk = terminalTalk(
      io,
      flags.json,
      "onboard asks questions, and needs a terminal. Without one: openclaw onboard --non-interactive --accept-risk",
    );
    talk.notify(
      ["To the trash, where you can take it back from:", ...places.map((place) => `  ${place}`)].join("\n"),
    );
    if (!(await talk.confirm("Move this away now?", false)))
      throw new AccessError("cancelled", "Cancelled. Nothing was changed.");
  }
  for (const { from, to } of moveAway(places, paths.home, deps.now())) io.say(`Moved ${from} to ${to}`);
  return openDeps({ processEnv: process.env, now: deps.now, version: deps.version, command: "onboard" });
}

/** A reset is for broken files as well. */
function usableConfig(deps: CommandDeps): Config | undefined {
  try {
    return deps.config();
  } catch {
    return undefined;
  }
}
