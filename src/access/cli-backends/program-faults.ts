// What it means when a program ends without an answer. Pure.
import type { CliBackend } from "../../providers/cli-backends.ts";
import type { CliFault } from "../../wire/cli/reader.ts";
import type { ProgramEnd } from "./program.ts";

/** @param command what was started */
export function faultOfEnd(end: ProgramEnd, backend: CliBackend, command: string): CliFault {
  const { id, install } = backend;
  switch (end.kind) {
    case "missing":
      return {
        code: "cli_missing",
        message: `There is no program ${command} here. ${install}, or set agents.defaults.cliBackends.${id}.command to where it is.`,
      };
    case "stopped":
      return { code: end.code, message: `${id}: the program ${end.why}.` };
    case "ended": {
      const words = telling(end.stderr);
      // What it says itself tells more than how it ended.
      if (words !== "" && end.exit !== 0) return { message: words };
      const how = end.exit === null ? `was ended by ${end.signal}` : `ended with exit code ${end.exit}`;
      return { code: "cli_died", message: `${id}: the program ${how} before its answer was complete.` };
    }
  }
}

/** Programs end with their error; warnings stand before it. */
function telling(stderr: string): string {
  const lines = stderr.split("\n").flatMap((line) => line.replaceAll(COLORS, "").trim() || []);
  return (
    lines.findLast((line) => /error|limit|log ?in|auth|denied|invalid/i.test(line)) ??
    lines.at(-1) ??
    ""
  ).slice(0, 500);
}

// oxlint-disable-next-line no-control-regex -- it removes them
const COLORS = /\u001b\[[0-9;]*[A-Za-z]/g;

const LOST =
  /no (?:conversation|session|rollout|thread)s?\b[^\n]{0,20}\bfound|(?:conversation|session|thread|rollout)\b[^\n]{0,60}\b(?:not found|does not exist|no longer exists|expired)/i;

/** The program has forgotten the session, which another one can take the place of. */
export const isLostSession = ({ message }: CliFault): boolean => LOST.test(message);
