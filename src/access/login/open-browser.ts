// Opens an address in the person's browser, with what the system has for that.
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Environment } from "../../secrets/env.ts";

/** Long enough to hear that there is no browser; who opens one may stay until it is closed. */
const PATIENCE_MS = 1000;

/** Whether it looks as if it worked. Never rejects, and never waits for the browser. */
export async function openBrowser(
  url: string,
  env: Environment,
  platform: NodeJS.Platform,
): Promise<boolean> {
  if (!isWanted(env)) return false;
  const [program, ...words] = openerOf(platform);
  // No shell: an address is an argument, whatever is in it.
  const child = spawn(program!, [...words, url], {
    env: environmentOf(env),
    stdio: "ignore",
    detached: true,
    windowsHide: true,
  });
  child.unref();
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return await once(child, "exit", { signal }).then(
    ([code]) => code === 0,
    // Still running is well; an error is no program of that name.
    () => signal.aborted,
  );
}

const isWanted = (env: Environment): boolean =>
  !env["OPENCLAW_NO_BROWSER"] && !/^(none|false|0)$/i.test(env["BROWSER"] ?? "");

function openerOf(platform: NodeJS.Platform): readonly string[] {
  if (platform === "darwin") return ["open"];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler"];
  return ["xdg-open"];
}

/** Of the screen, the desktop and the language: a browser needs none of the keys in our environment. */
const OF_THE_DESKTOP =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|BROWSER|TMPDIR|DBUS_SESSION_BUS_ADDRESS|DESKTOP_SESSION|(LC|XDG|GNOME|KDE|QT|GTK|MOZ|SNAP)_\w+|SystemRoot|windir|USERPROFILE|APPDATA|LOCALAPPDATA|ProgramFiles\S*|TEMP|TMP)$/i;

const environmentOf = (env: Environment): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => OF_THE_DESKTOP.test(name) && !/KEY|TOKEN|SECRET/i.test(name)),
  );
