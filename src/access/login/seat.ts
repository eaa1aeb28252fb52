// Where the person sits: whether a browser opened by this program would be in front of them. Pure but for the
// look at two files.
import { existsSync } from "node:fs";
import type { Environment } from "../../secrets/env.ts";

export type Seat = "here" | "remote" | "container" | "screenless";

/** Files that container engines put there. */
const CONTAINER_FILES = ["/.dockerenv", "/run/.containerenv"];

export function seatOf(
  env: Environment,
  platform: NodeJS.Platform = process.platform,
  exists: (file: string) => boolean = existsSync,
): Seat {
  if (env["SSH_CONNECTION"] || env["SSH_TTY"] || env["SSH_CLIENT"]) return "remote";
  // A container that was given a screen can show a browser.
  const hasScreens = platform !== "darwin" && platform !== "win32";
  if (!hasScreens || env["DISPLAY"] || env["WAYLAND_DISPLAY"]) return "here";
  const contained = env["container"] || env["KUBERNETES_SERVICE_HOST"] || CONTAINER_FILES.some(exists);
  return contained ? "container" : "screenless";
}
