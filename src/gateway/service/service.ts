// The gateway as a service of the user: its file, and the manager that runs it.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { replaceFile } from "../../config/replace-file.ts";
import { AccessError, messageOf } from "../../core/errors.ts";
import type { ServiceStart } from "./files.ts";
import { isOurs, LABEL, launchdPlist, systemdUnit, UNIT } from "./files.ts";

export type Manager = "systemd" | "launchd";

export interface Service {
  readonly manager: Manager;
  readonly file: string;
  /** the file's text; absent: it is not installed */
  readonly text?: string;
}

/** Where the service's file is, or would be. `undefined` on systems whose manager is not known here. */
export function findService(
  home: string,
  env: NodeJS.ProcessEnv,
  platform = process.platform,
): Service | undefined {
  if (platform === "darwin")
    return withText("launchd", join(home, "Library", "LaunchAgents", `${LABEL}.plist`));
  if (platform !== "linux") return undefined;
  const folder = env["XDG_CONFIG_HOME"]?.trim() || join(home, ".config");
  return withText("systemd", join(folder, "systemd", "user", UNIT));
}

function withText(manager: Manager, file: string): Service {
  if (!existsSync(file)) return { manager, file };
  try {
    return { manager, file, text: readFileSync(file, "utf8") };
  } catch (cause) {
    throw new AccessError("store_unreadable", `${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

export const serviceText = ({ manager }: Service, start: ServiceStart): string =>
  manager === "launchd" ? launchdPlist(start) : systemdUnit(start);

export interface Installed {
  readonly manager: Manager;
  readonly file: string;
  readonly written: boolean;
  /** where the file went that stood there before and was not ours */
  readonly movedTo?: string;
  readonly started: boolean;
  /** what is left to do or to know, one sentence each */
  readonly notes: readonly string[];
}

/**
 * Writes the file, has it checked, and starts the service.
 *
 * @throws AccessError `bad_input` when a file stands there that is not ours, or is checked and found wanting;
 *   `store_unwritable`
 */
export async function installService(
  service: Service,
  start: ServiceStart,
  force: boolean,
): Promise<Installed> {
  const { manager, file, text: old } = service;
  const text = serviceText(service, start);
  const foreign = old !== undefined && !isOurs(old);
  if (foreign && !force)
    throw new AccessError(
      "bad_input",
      `${file} is there already and was not made by this program. With --force it is moved aside.`,
    );
  const movedTo = foreign ? `${file}.before-${Date.now()}` : undefined;
  await write(file, text, movedTo);
  mkdirSync(start.logFolder, { recursive: true, mode: 0o700 });
  const faults = manager === "systemd" ? await verify(file) : [];
  const run = await startInstalled(service);
  return {
    manager,
    file,
    written: old !== text,
    ...(movedTo === undefined ? {} : { movedTo }),
    started: run === undefined,
    notes: [...faults, ...(run === undefined ? [] : [run]), ...lingerNote(manager)],
  };
}

async function write(file: string, text: string, movedTo: string | undefined): Promise<void> {
  try {
    if (movedTo !== undefined) renameSync(file, movedTo);
    mkdirSync(dirname(file), { recursive: true });
    await replaceFile(file, text);
  } catch (cause) {
    throw new AccessError("store_unwritable", `${file} cannot be written: ${messageOf(cause)}`, { cause });
  }
}

/** What systemd has against the unit; nothing where it cannot be asked. */
async function verify(file: string): Promise<string[]> {
  const { missing, ok, said } = await call("systemd-analyze", ["--user", "verify", file]);
  return ok || missing || !said.includes(UNIT) ? [] : [`systemd-analyze: ${said}`];
}

async function startInstalled({ manager, file }: Service): Promise<string | undefined> {
  const steps =
    manager === "launchd"
      ? [["launchctl", "bootstrap", `gui/${userInfo().uid}`, file]]
      : [
          ["systemctl", "--user", "daemon-reload"],
          ["systemctl", "--user", "enable", "--now", UNIT],
        ];
  for (const [program, ...words] of steps) {
    const { ok, said } = await call(program!, words);
    if (!ok)
      return `Not started (${said}). Do it yourself: ${steps.map((step) => step.join(" ")).join(" && ")}`;
  }
  return undefined;
}

function lingerNote(manager: Manager): string[] {
  if (manager !== "systemd" || existsSync(`/var/lib/systemd/linger/${userInfo().username}`)) return [];
  return ["It ends when you log out. To keep it running: loginctl enable-linger"];
}

export interface Uninstalled {
  readonly file: string;
  readonly removed: boolean;
}

/** @throws AccessError `bad_input` when the file is not ours */
export async function uninstallService({ manager, file, text }: Service): Promise<Uninstalled> {
  if (text === undefined) return { file, removed: false };
  if (!isOurs(text))
    throw new AccessError("bad_input", `${file} was not made by this program. Remove it by hand.`);
  if (manager === "launchd") await call("launchctl", ["bootout", `gui/${userInfo().uid}/${LABEL}`]);
  else await call("systemctl", ["--user", "disable", "--now", UNIT]);
  rmSync(file, { force: true });
  if (manager === "systemd") await call("systemctl", ["--user", "daemon-reload"]);
  return { file, removed: true };
}

/** @throws AccessError `bad_input` when there is no service, or its manager refuses */
export async function controlService(service: Service | undefined, verb: "start" | "restart"): Promise<void> {
  if (service?.text === undefined)
    throw new AccessError(
      "bad_input",
      `No service is installed. Install it: openclaw gateway install; or run it here: openclaw gateway run`,
    );
  const domain = `gui/${userInfo().uid}`;
  const words =
    service.manager === "systemd"
      ? ["systemctl", "--user", verb, UNIT]
      : ["launchctl", "kickstart", ...(verb === "restart" ? ["-k"] : []), `${domain}/${LABEL}`];
  const { ok, said } = await call(words[0]!, words.slice(1));
  if (!ok) throw new AccessError("bad_input", `${words.join(" ")}: ${said}`);
}

/** `undefined` where the manager cannot be asked. */
export async function isActive({ manager }: Service): Promise<boolean | undefined> {
  const asked =
    manager === "systemd"
      ? await call("systemctl", ["--user", "is-active", UNIT])
      : await call("launchctl", ["print", `gui/${userInfo().uid}/${LABEL}`]);
  if (asked.missing || /bus|medium/i.test(asked.said)) return undefined;
  return asked.ok;
}

interface Answer {
  readonly ok: boolean;
  /** there is no such program */
  readonly missing: boolean;
  /** what it said, on one line */
  readonly said: string;
}

const LONGEST_CALL_MS = 60_000;

/** Who we are, where the manager listens, and how to speak; no credential. */
const PASSED_ON =
  /^(PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|DBUS_SESSION_BUS_ADDRESS|XDG_\w+)$/;

const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.test(name)));

function call(program: string, words: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(program, words, { timeout: LONGEST_CALL_MS, env: environment() }, (error, stdout, stderr) => {
      const missing = (error as NodeJS.ErrnoException | null)?.code === "ENOENT";
      const text = `${stderr}${stdout}`.trim().replaceAll(/\s*\n\s*/g, "; ");
      resolve({ ok: error === null, missing, said: missing ? `${program} is not there` : text });
    });
  });
}
