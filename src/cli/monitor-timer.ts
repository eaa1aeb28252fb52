// `models auth monitor --systemd` and `--termux`: the files, shown or written, and what to type next.
import { join, resolve } from "node:path";
import type { Invocation, TimerFile } from "../access/monitor-files.ts";
import { SYSTEMD_NEXT, systemdFiles, termuxFiles, termuxNext } from "../access/monitor-files.ts";
import { chooseAgent } from "../access/read-view.ts";
import type { Session } from "./command.ts";

export interface TimerFlags {
  readonly agent?: string;
  readonly json: boolean;
  readonly termux: boolean;
  readonly write: boolean;
}

/** Where the state lies, when it is not in its usual place. */
const PLACES = ["OPENCLAW_HOME", "OPENCLAW_STATE_DIR", "OPENCLAW_CONFIG_PATH"] as const;

/** @throws AccessError `unknown_agent`, `config_invalid`; with `write` also `bad_input`, `store_unwritable` */
export async function printTimer(session: Session, flags: TimerFlags): Promise<void> {
  const { termux, write, json } = flags;
  const deps = await session.deps();
  if (flags.agent !== undefined) chooseAgent(deps.config(), flags.agent);
  const { env } = process;
  const { home } = deps.paths();
  const files = (termux ? termuxFiles : systemdFiles)(invocationOf(env, flags.agent));
  const folder = termux
    ? join(home, ".shortcuts", "tasks")
    : join(env["XDG_CONFIG_HOME"]?.trim() || join(home, ".config"), "systemd", "user");
  const next = termux ? termuxNext(folder) : SYSTEMD_NEXT;
  const written = write ? await writeFiles(folder, files) : undefined;
  if (json) return session.io.json({ folder, files: written ?? files, next });
  if (written)
    session.io.out(
      written.map((file) => `${file.written ? "Written" : "Already there"}: ${file.path}`).join("\n"),
    );
  else session.io.out(files.map((file) => shown(folder, file, files.length > 1)).join("\n"));
  session.io.say(`${written ? "Next" : "With --write they are put in place. Next"}: ${next}`);
}

async function writeFiles(folder: string, files: readonly TimerFile[]) {
  const { writeTimerFiles } = await import("../access/monitor-write.ts");
  return writeTimerFiles(folder, files);
}

/** A single file is printed as it is, so that it can be sent into one. */
const shown = (folder: string, { name, content }: TimerFile, named: boolean): string =>
  named ? `# ${join(folder, name)}\n${content}` : content.trimEnd();

function invocationOf(env: Readonly<Record<string, string | undefined>>, agent?: string): Invocation {
  const places = PLACES.flatMap((name) => {
    const value = env[name]?.trim();
    return value ? [[name, resolve(value)] as const] : [];
  });
  const entry = process.argv[1];
  const program = entry === undefined ? ["openclaw"] : [process.execPath, resolve(entry)];
  return { program, env: Object.fromEntries(places), agent };
}
