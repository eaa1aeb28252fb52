// One run of the command line: find the command, parse its arguments, run it, turn what happened into an exit code.
import type { CommandGroup } from "./command-tree.ts";
import { COMMANDS } from "./commands.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import { AccessError, messageOf } from "../core/errors.ts";
import { EXIT_CODES, EXIT_OK, exitCodeOf } from "./exit.ts";
import type { Found } from "./find-command.ts";
import { findCommand } from "./find-command.ts";
import type { Io } from "./io.ts";
import { processIo } from "./io.ts";
import { groupHelp } from "./render/help.ts";

/** @returns the exit code */
export async function openCommandLine(words: readonly string[]): Promise<number> {
  let opened: Promise<CommandDeps> | undefined;
  const io = processIo(process.env);
  try {
    return await runCommandLine(words, io, () => (opened ??= depsFor(words, io)));
  } finally {
    await (await opened?.catch(() => undefined))?.close();
  }
}

async function depsFor(words: readonly string[], io: Io): Promise<CommandDeps> {
  const [{ openDeps }, { usePlugins }, { patienceMs, usesPlugins }, { VERSION }] = await Promise.all([
    import("../access/open-deps.ts"),
    import("../access/plugins/use.ts"),
    import("./plugin-use.ts"),
    import("./version.ts"),
  ]);
  const found = findCommand(words, COMMANDS);
  const command = found.path.join(" ");
  const askSecret = io.inIsTerminal ? asker(io, wantsJson(words)) : undefined;
  const deps = openDeps({ processEnv: process.env, now: Date.now, version: VERSION, command, askSecret });
  if (found.kind !== "command") return deps;
  const { args, entry } = found;
  if (!usesPlugins(entry.plugins, args)) return deps;
  const withPlugins = await usePlugins(deps, patienceMs(entry.plugins));
  // The provider that it is about may be one of a plugin that does not work. Other commands report that themselves.
  if (entry.plugins === "named")
    for (const warning of withPlugins.plugins?.warnings ?? []) io.say(`Warning: ${warning}`);
  return withPlugins;
}

const asker = (io: Io, asJson: boolean) => async (message: string) => {
  const { terminalTalk } = await import("./ask.ts");
  return await terminalTalk(io, asJson, "It is asked for on a terminal.").secret(message, () => undefined);
};

/** The same with everything handed in. With `--json`, stdout gets one document whatever happens. */
export async function runCommandLine(
  words: readonly string[],
  io: Io,
  deps: () => Promise<CommandDeps>,
  root: CommandGroup = COMMANDS,
): Promise<number> {
  try {
    const found = findCommand(words, root);
    if (found.kind === "command") return await runCommand(found, io, deps);
    io.out(groupHelp(found.path, found.group));
    return EXIT_OK;
  } catch (error) {
    return fail(error, io, wantsJson(words));
  }
}

const wantsJson = (words: readonly string[]): boolean =>
  words.some((word) => word === "--json" || word === "--status-json" || word === "--json=true");

/** One sentence on stderr, and for `--json` the same as the document. */
function fail(error: unknown, io: Io, asJson: boolean): number {
  const code = error instanceof AccessError ? error.code : "internal";
  const message =
    code === "internal" ? `Unexpected: ${messageOf(error)}. Please report this.` : messageOf(error);
  io.say(`Error: ${message}`);
  if (asJson && !io.answered) io.json({ error: { code, message } });
  return error instanceof AccessError ? exitCodeOf(error) : EXIT_CODES.internal;
}

async function runCommand(
  found: Found & { kind: "command" },
  io: Io,
  deps: () => Promise<CommandDeps>,
): Promise<number> {
  const [{ runDeclared }, { default: command }] = await Promise.all([
    import("./declared.ts"),
    found.entry.load(),
  ]);
  return await runDeclared(command, found.path, found.args, io, deps);
}
