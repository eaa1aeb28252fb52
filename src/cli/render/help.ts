// Help of a command group. A command's own help comes from its declared arguments.
import type { CommandGroup } from "../command-tree.ts";
import { table } from "./table.ts";

export function groupHelp(path: readonly string[], group: CommandGroup): string {
  const name = ["openclaw", ...path].join(" ");
  const rows = Object.entries(group.entries)
    .filter(([, { hidden }]) => !hidden)
    .map(([command, { brief }]) => [`  ${command}${command === group.bare ? " (default)" : ""}`, brief]);
  const flags = Object.entries(group.flags ?? {}).map(([flag, { means, value }]) => [
    `  ${flag}${value ? " <id>" : ""}`,
    flag === means ? "Passed on to the command" : `The default command with ${means}`,
  ]);
  return [
    group.brief,
    "",
    `USAGE\n  ${name} <command> [flags]`,
    "",
    `COMMANDS\n${table(rows)}`,
    ...(flags.length > 0 ? ["", `FLAGS\n${table(flags)}`] : []),
    "",
    `${name} <command> --help says more${path.length === 0 ? "; openclaw --version prints the version" : ""}.`,
  ].join("\n");
}
