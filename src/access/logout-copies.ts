// Files that no command reads any more, and that may still hold what was logged out: backups of doctor, files of
// former versions, folders of deleted agents in the trash. They are named; deleting them is for a person.
import type { Dirent } from "node:fs";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { AgentId, ProviderId } from "../core/ids.ts";
import { RENAMED_PROVIDERS } from "../core/ids.ts";
import type { LogoutProfile } from "./logout.ts";
import type { CommandDeps } from "./open-deps.ts";

const BACKUP = /\.(sqlite-import|doctor)\.\d+\.bak$/;
const LEGACY = /^(auth|auth-profiles)\.json$/;
const DATABASE = /^openclaw-agent\.sqlite(-wal)?$/;
const isCopy = (name: string) => BACKUP.test(name) || LEGACY.test(name);
const isTrashed = (name: string) => isCopy(name) || DATABASE.test(name);

/** A larger file is named without a look into it. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Those that name a provider of `profiles`: an older value of the login counts too, so the value is not compared. */
export function copiesOf(deps: CommandDeps, agent: AgentId, profiles: readonly LogoutProfile[]): string[] {
  const paths = deps.paths();
  const words = [...new Set(profiles.flatMap(({ provider }) => namesOf(provider)))];
  const files = [
    ...filesIn(paths.agentDir(agent), isCopy),
    ...filesIn(join(paths.stateDir, "credentials"), (name) => name === "oauth.json"),
    ...trashedFolders(paths.home).flatMap((folder) => filesIn(folder, isTrashed)),
  ];
  return files.filter((file) => mentions(file, words)).toSorted();
}

/** For a shell; on Windows for PowerShell. */
export function deletingCommand(files: readonly string[]): string {
  if (process.platform === "win32")
    return `Remove-Item -LiteralPath ${files.map((file) => `'${file.replaceAll("'", "''")}'`).join(", ")}`;
  return `rm -- ${files.map((file) => `'${file.replaceAll("'", String.raw`'\''`)}'`).join(" ")}`;
}

/** Its own, and those that it had in former versions. */
const namesOf = (provider: ProviderId): string[] => [
  provider,
  ...Object.entries(RENAMED_PROVIDERS).flatMap(([old, present]) => (present === provider ? [old] : [])),
];

/** Where `agents delete` puts an agent's folder: `~/.Trash/<name>-<ms>-<random>/<name>`. */
export const trashedFolders = (home: string): string[] =>
  entriesOf(join(home, ".Trash"))
    .filter((holder) => holder.isDirectory())
    .flatMap((holder) => {
      const name = /^(.+)-\d+-[^-]+$/.exec(holder.name)?.[1];
      return name === undefined ? [] : [join(home, ".Trash", holder.name, name)];
    });

const filesIn = (folder: string, wanted: (name: string) => boolean): string[] =>
  entriesOf(folder)
    .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && wanted(entry.name))
    .map(({ name }) => join(folder, name));

/** What is not there, or cannot be read, has no entries. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** A file that cannot be read may hold it: better named once too often. */
function mentions(file: string, words: readonly string[]): boolean {
  try {
    const stat = statSync(file);
    if (!stat.isFile()) return false;
    if (stat.size > MOST_BYTES) return true;
    const text = readFileSync(file, "latin1").toLowerCase();
    return words.some((word) => text.includes(word.toLowerCase()));
  } catch {
    return true;
  }
}
