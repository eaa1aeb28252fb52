// The commands of every day start from a bundle of their own: reading code and what V8 kept of it costs in
// proportion to its size, and half of the program is gateway, logins and repair.
import { join } from "node:path";
import type { Plugin } from "esbuild";

const SOURCES = join(import.meta.dirname, "../src");
const FOLDER = join(SOURCES, "cli/commands");

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

/** Command lines with these flags, or flags that begin like them, run from the whole bundle: probes call every wire. */
export const SELDOM_FLAGS: readonly string[] = ["--probe"];

/** What those flags alone load. */
const SELDOM_FILES = new Set([join(SOURCES, "access/probe-agent.ts")]);

/** What you type is the file you open (src/cli/commands.ts). */
const FILES = new Set(COMMANDS.map((words) => join(FOLDER, `${words.replaceAll(" ", "/")}.ts`)));

const isSeldomCommand = (file: string): boolean => file.startsWith(FOLDER) && !FILES.has(file);

/** Leaves out the commands and flags that are typed seldom. */
export const dailyOnly: Plugin = {
  name: "daily-only",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, kind, resolveDir }) => {
      const file = join(resolveDir, path);
      const isSeldom = kind === "dynamic-import" && (isSeldomCommand(file) || SELDOM_FILES.has(file));
      return isSeldom ? { path, namespace: "seldom" } : undefined;
    });
    onLoad({ filter: /./, namespace: "seldom" }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is not in the daily bundle`)})`,
    }));
  },
};
