// Files of the completion: scripts under the state dir, and the shell's start-up file that loads them.
import { chmodSync, existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../../config/replace-file.ts";
import { AccessError, messageOf } from "../../core/errors.ts";
import { withCompletion } from "./profile.ts";
import type { Shell } from "./shells.ts";
import { SCRIPT_FILES, SCRIPTS } from "./shells.ts";

const scriptPath = (stateDir: string, shell: Shell): string =>
  join(stateDir, "completions", SCRIPT_FILES[shell]);

/** @throws AccessError `store_unwritable` */
export async function writeScripts(stateDir: string, shells: readonly Shell[]): Promise<string[]> {
  const paths: string[] = [];
  for (const shell of shells) {
    paths.push(scriptPath(stateDir, shell));
    await replace(paths.at(-1)!, SCRIPTS[shell]);
  }
  return paths;
}

export interface InstallPlan {
  /** the start-up file */
  readonly profile: string;
  /** `false`: it loads the script already */
  readonly changes: boolean;
  /** @throws AccessError `store_unwritable` */
  write(): Promise<void>;
}

/** The start-up file of the shell; bash has two, of which the second is for systems without the first. */
function profilePath(shell: Shell, home: string): string {
  const bashrc = join(home, ".bashrc");
  const paths = {
    bash: existsSync(bashrc) ? bashrc : join(home, ".bash_profile"),
    fish: join(home, ".config", "fish", "config.fish"),
    powershell: join(home, ".config", "powershell", "Microsoft.PowerShell_profile.ps1"),
    zsh: join(home, ".zshrc"),
  } as const satisfies Record<Shell, string>;
  return paths[shell];
}

/** @throws AccessError `bad_input` when there is no script yet, `store_unwritable` */
export function planInstall(shell: Shell, home: string, stateDir: string): InstallPlan {
  const script = scriptPath(stateDir, shell);
  if (!existsSync(script))
    throw new AccessError(
      "bad_input",
      `There is no ${script} yet. First: openclaw completion --shell ${shell} --write-state`,
    );
  const profile = profilePath(shell, home);
  const before = readProfile(profile);
  const after = withCompletion(before, shell, script);
  return { profile, changes: after !== before, write: () => replace(profile, after) };
}

function readProfile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw unwritable(path, error);
  }
}

/** A link keeps its target, a file its mode; what is new is its owner's alone. */
async function replace(path: string, content: string): Promise<void> {
  try {
    const target = existsSync(path) ? realpathSync(path) : path;
    const old = statSync(target, { throwIfNoEntry: false });
    await replaceFile(target, content);
    if (old) chmodSync(target, old.mode & 0o777);
  } catch (error) {
    throw unwritable(path, error);
  }
}

const unwritable = (path: string, error: unknown): AccessError =>
  new AccessError(
    "store_unwritable",
    `${path} cannot be written: ${messageOf(error)}. It is as it was; check the folder's owner, mode and free space.`,
    { cause: error },
  );
