// The commands of every day start from a bundle of their own: reading code and what V8 kept of it costs in
// proportion to its size, and half of the program is gateway, logins and repair.
import { join } from "node:path";
import type { Plugin } from "esbuild";

const FOLDER = join(import.meta.dirname, "../src/cli/commands");

/** What must stand first on the command line, word for word; all else runs from the whole bundle. */
const COMMANDS = [
  "models status",
  "models list",
  "models set",
  "models set-image",
  "models why",
  "models aliases list",
  "models aliases add",
  "models aliases remove",
  "models fallbacks list",
  "models fallbacks add",
  "models fallbacks remove",
  "models fallbacks clear",
  "models image-fallbacks list",
  "models image-fallbacks add",
  "models image-fallbacks remove",
  "models image-fallbacks clear",
  "models auth list",
  "models auth monitor",
  "models auth paste-api-key",
  "models auth paste-token",
  "models auth order get",
  "models auth order set",
  "models auth order clear",
  "agents list",
  "config get",
  "config file",
];

/** They load no command. */
const HELP = ["", "models ", "models auth ", "gateway "].map((group) => `${group}--help`);

export const DAILY: readonly string[] = [...COMMANDS, ...HELP];

/** What you type is the file you open (src/cli/commands.ts). */
const FILES = new Set(COMMANDS.map((words) => join(FOLDER, `${words.replaceAll(" ", "/")}.ts`)));

/** Leaves out the commands that are typed seldom. */
export const dailyOnly: Plugin = {
  name: "daily-only",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\// }, ({ path, kind, resolveDir }) => {
      const file = join(resolveDir, path);
      const isSeldom = kind === "dynamic-import" && file.startsWith(FOLDER) && !FILES.has(file);
      return isSeldom ? { path, namespace: "seldom" } : undefined;
    });
    onLoad({ filter: /./, namespace: "seldom" }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is not in the daily bundle`)})`,
    }));
  },
};
