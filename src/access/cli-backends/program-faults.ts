// What it means when a program ends without an answer. Pure.
import type { CliBackend } from "../../providers/cli-backends.ts";
import type { CliFault } from "../../wire/cli/reader.ts";
import type { ProgramEnd } from "./program-order.ts";

export interface Ran {
  readonly backend: CliBackend;
  /** what was started */
  readonly command: string;
  readonly workspace: string;
}

/** @param printed what it printed, of programs whose every word is the answer */
export function faultOfEnd(end: ProgramEnd, ran: Ran, printed = ""): CliFault {
  const { id } = ran.backend;
  switch (end.kind) {
    case "unstarted":
      return unstarted(end.errno, ran);
    case "stopped":
      return { code: end.code, message: `${id}: the program ${end.why}.` };
    case "ended": {
      // What it says itself tells more than how it ended.
      const words = telling(end.stderr) || telling(printed);
      if (words !== "" && end.exit !== 0) return { message: words };
      const how = end.exit === null ? `was ended by ${end.signal}` : `ended with exit code ${end.exit}`;
      return { code: "cli_died", message: `${id}: the program ${how} before its answer was complete.` };
    }
  }
}

/** The machine has no room for one more, which the next minute may have. */
const NO_ROOM = new Set(["EAGAIN", "ENOMEM", "EMFILE", "ENFILE"]);

function unstarted(errno: string, { backend: { id, install }, command, workspace }: Ran): CliFault {
  const setting = `agents.defaults.cliBackends.${id}.command`;
  if (errno === "ENOENT")
    return {
      code: "cli_missing",
      message: `There is no program ${command} here. ${install}, or set ${setting} to where it is.`,
    };
  if (errno === "ENOTDIR")
    return {
      code: "cli_settings",
      message: `${id} cannot work in ${workspace}, which is no folder. Make it, or set agents.defaults.workspace.`,
    };
  if (errno === "EACCES")
    return {
      code: "cli_settings",
      message: `${command} may not be started (EACCES). Make it executable, or set ${setting} to a program that is.`,
    };
  if (NO_ROOM.has(errno))
    return { code: "cli_busy", message: `This machine has no room to start ${command} now (${errno}).` };
  return { code: "cli_settings", message: `${command} cannot be started (${errno}). See ${setting}.` };
}

/** Programs end with their error; warnings stand before it. */
function telling(words: string): string {
  const lines = words
    .slice(-LONGEST_SAID)
    .split("\n")
    .flatMap((line) => line.replaceAll(COLORS, "").trim() || []);
  return (
    lines.findLast((line) => /error|limit|log ?in|auth|denied|invalid/i.test(line)) ??
    lines.at(-1) ??
    ""
  ).slice(0, 500);
}

const LONGEST_SAID = 2000;

// oxlint-disable-next-line no-control-regex -- it removes them
const COLORS = /\u001b\[[0-9;]*[A-Za-z]/g;

const LOST =
  /no (?:conversation|session|rollout|thread)s?\b[^\n]{0,20}\bfound|(?:conversation|session|thread|rollout)\b[^\n]{0,60}\b(?:not found|does not exist|no longer exists|expired)|invalid session identifier/i;

/** The program has forgotten the session, which another one can take the place of. */
export const isLostSession = ({ message }: CliFault): boolean => LOST.test(message);
