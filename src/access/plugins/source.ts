// From what access.json names to the module that is loaded, and what that module may read.
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import type { PluginEntry } from "../../config/config.ts";
import type { Paths } from "../../config/paths.ts";
import { untilde } from "../../config/paths.ts";
import { isObject, parseObject } from "../../core/json.ts";
import type { PluginSource } from "../../providers/plugin-part.ts";
import { PluginFault } from "./fault.ts";

type Places = Pick<Paths, "stateDir" | "home">;

/**
 * @param programDir where this program lies
 * @throws PluginFault when there is no such plugin
 */
export function findSource(entry: PluginEntry, paths: Places, programDir: string): PluginSource {
  const place = isPath(entry.spec)
    ? resolve(paths.stateDir, untilde(entry.spec, paths.home))
    : packageFolder(entry.spec, [paths.stateDir, programDir]);
  if (!existsSync(place)) throw new PluginFault(`${place} is not there`);
  const real = realpathSync(place);
  const isFolder = statSync(real).isDirectory();
  if (isFolder && within(realpathSync(paths.stateDir), real))
    throw new PluginFault(
      `${place} holds the state dir, where the credentials are; it needs a folder of its own`,
    );
  return {
    spec: entry.spec,
    entry: isFolder ? entryOf(real) : real,
    readable: [isFolder ? real + sep : real, ...moduleFolders([dirname(real), paths.stateDir, programDir])],
    options: entry.options,
    trusted: entry.trusted,
    ...(isFolder ? versionOf(real) : {}),
  };
}

const isPath = (spec: string): boolean =>
  /^(\.{1,2}|~)?[\\/]|^[a-z]:[\\/]/i.test(spec) || /^\.{1,2}$/.test(spec);

const within = (path: string, folder: string): boolean => path === folder || path.startsWith(folder + sep);

function packageFolder(name: string, starts: readonly string[]): string {
  if (!/^(@[\w.-]+\/)?[\w.-]+$/.test(name))
    throw new PluginFault("neither the name of a package nor a path that begins with ./, ../, / or ~/");
  const found = moduleFolders(starts)
    .map((folder) => join(folder, name))
    .find((folder) => existsSync(folder));
  if (found !== undefined) return found;
  throw new PluginFault(
    `no such package is installed. To install it: npm install --prefix ${starts[0]} ${name}`,
  );
}

/** Every node_modules from each of the folders upwards. */
function moduleFolders(starts: readonly string[]): string[] {
  const folders = starts.flatMap((start) => ancestors(start).map((folder) => join(folder, "node_modules")));
  return [...new Set(folders)]
    .filter((folder) => existsSync(folder))
    .map((folder) => realpathSync(folder) + sep);
}

const ancestors = (folder: string): string[] =>
  dirname(folder) === folder ? [folder] : [folder, ...ancestors(dirname(folder))];

const INDEX = ["index.js", "index.mjs", "index.ts", "index.mts"];

/** `exports` as Node reads them for an import, `main`, else an index file. */
function entryOf(folder: string): string {
  const manifest = manifestOf(folder);
  const named = exported(manifest["exports"]) ?? manifest["main"];
  const candidates = typeof named === "string" ? [named] : INDEX;
  const found = candidates.map((file) => join(folder, file)).find((file) => existsSync(file));
  if (found !== undefined && within(found, folder)) return realpathSync(found);
  throw new PluginFault(`${folder} has no ${candidates.join(", no ")}`);
}

function manifestOf(folder: string): Readonly<Record<string, unknown>> {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return {};
  const manifest = parseObject(readFileSync(file, "utf8"));
  if (manifest) return manifest;
  throw new PluginFault(`${file} is not a JSON object`);
}

function exported(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!isObject(value)) return undefined;
  const conditions = [".", "node", "import", "module-sync", "default"];
  for (const [key, inner] of Object.entries(value)) {
    const found = conditions.includes(key) ? exported(inner) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function versionOf(folder: string): { version?: string } {
  const { version } = manifestOf(folder);
  return typeof version === "string" ? { version: version.slice(0, 64) } : {};
}
