// `--reset` of `onboard` and `setup`: told, agreed to, and moved to the trash before anything is looked at.
import { resolve } from "node:path";
import { openDeps } from "../access/open-deps.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import type { Config } from "../config/config.ts";
import type { Paths } from "../config/paths.ts";
import { untilde } from "../config/paths.ts";
import { AccessError } from "../core/errors.ts";
import { readLock } from "../gateway/lifecycle/lock.ts";
import { openClawGateway } from "../onboard/openclaw-gateway.ts";
import { moveAway, putBack, RESET_SCOPES, resetPlaces } from "../onboard/reset.ts";
import { terminalTalk } from "./ask.ts";
import type { Io } from "./io.ts";
import type { OnboardFlags } from "./onboard-flags.ts";
import { oneOf } from "./onboard-flags.ts";

/**
 * Sets up anew on what a reset leaves; what comes to nothing brings back what was there.
 *
 * @throws AccessError `bad_input`, `cancelled`, `store_unwritable`, and those of `setUp`
 */
export async function afterReset(
  io: Io,
  deps: CommandDeps,
  flags: OnboardFlags,
  setUp: (deps: CommandDeps) => Promise<void>,
): Promise<void> {
  const places = await agreedPlaces(io, deps, flags);
  const moved = moveAway(places, deps.paths().home, deps.now());
  for (const { from, to } of moved) io.say(`Moved ${from} to ${to}`);
  const opened = openDeps({
    processEnv: process.env,
    now: deps.now,
    version: deps.version,
    command: "onboard",
  });
  const back = () => moved.length > 0 && io.say(putBack(moved));
  const noLonger = onEnd(back);
  try {
    await setUp(opened);
    await opened.close();
  } catch (error) {
    await opened.close();
    back();
    throw error;
  } finally {
    noLonger();
  }
}

/** Exit codes as a shell has them. */
const ENDS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** @returns what ends it */
function onEnd(act: () => unknown): () => void {
  const handlers = Object.entries(ENDS).map(([signal, code]) => {
    const end = () => {
      // Whoever else listens, at a question or in the middle of writing, ends it in its own way.
      if (process.listenerCount(signal) > 1) return;
      act();
      process.exit(code);
    };
    process.on(signal, end);
    return () => void process.off(signal, end);
  });
  return () => handlers.forEach((off) => off());
}

async function agreedPlaces(io: Io, deps: CommandDeps, flags: OnboardFlags): Promise<string[]> {
  const scope = oneOf("--reset-scope", flags.resetScope ?? "config+creds+sessions", RESET_SCOPES);
  const paths = deps.paths();
  mustBeAtRest(paths);
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
  return places;
}

/** Whoever renews a login in a file that was moved renews it for nobody. @throws AccessError `gateway_running` */
function mustBeAtRest(paths: Paths): void {
  const own = readLock(paths);
  const other = own ? undefined : openClawGateway(paths.configPath);
  if (!own && !other) return;
  const remedy = own
    ? `A gateway works with these files (process ${own.pid}). Stop it first: openclaw gateway stop.`
    : `OpenClaw's gateway works with these files (process ${other!.pid}). Stop it first; if it is gone, remove ${other!.lock}.`;
  throw new AccessError("gateway_running", `${remedy} Nothing was changed.`);
}

/** A reset is for broken files as well. */
function usableConfig(deps: CommandDeps): Config | undefined {
  try {
    return deps.config();
  } catch {
    return undefined;
  }
}
