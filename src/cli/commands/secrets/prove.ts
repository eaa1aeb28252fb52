import { buildCommand } from "@stricli/core";
import type { ProveReport } from "../../../access/prove/prove.ts";
import type { Session } from "../../command.ts";
import { JSON_FLAG, switchFlag } from "../../command.ts";
import { EXIT_FAILURE } from "../../exit.ts";
import { wholeNumberFlag } from "../../number-flag.ts";

interface Flags {
  readonly json: boolean;
  readonly allowExec: boolean;
  readonly timeout?: number;
}

/** No leak was seen, and not everything could be looked at. */
const EXIT_INCOMPLETE = 2;
const EXITS: Readonly<Record<ProveReport["status"], number>> = {
  clean: 0,
  leaks: EXIT_FAILURE,
  incomplete: EXIT_INCOMPLETE,
};

/** Of each question to the gateway. */
const USUAL_TIMEOUT_MS = 5000;

export default buildCommand({
  docs: {
    brief: "Look for every known secret everywhere it should not be",
    fullDescription:
      "Searches all files of the state dir, the answers of a running gateway, and the environment and arguments of its processes, for every known secret: plain, and as base64, hex, URL or JSON text. Names places, never a secret; changes nothing, calls no model. Exits 1 on a leak, and 2 when not everything could be looked at.",
  },
  parameters: {
    flags: {
      allowExec: switchFlag("Start the programs of secrets.providers to learn the secrets they have"),
      timeout: wholeNumberFlag(
        "--timeout",
        "Longest wait for each answer of the gateway, 5000 when left out",
        "ms",
      ),
      json: JSON_FLAG,
    },
  },
  async func(this: Session, { json, allowExec, timeout = USUAL_TIMEOUT_MS }: Flags) {
    const { proveSecrets } = await import("../../../access/prove/prove.ts");
    const { outsideOf } = await import("../../../gateway/prove/outside.ts");
    const deps = await this.deps();
    const outside = outsideOf(deps, timeout);
    const onProgress = ({ files, bytes }: { readonly files: number; readonly bytes: number }) =>
      this.io.say(`${files} files, ${Math.round(bytes / 1e6)} MB so far`);
    const report = await proveSecrets(deps, { allowExec, outside, onProgress });
    this.exit(EXITS[report.status]);
    if (json) return this.io.json({ ...report, gateway: outside === undefined ? "not running" : "running" });
    const { renderProof } = await import("../../render/prove.ts");
    const { tildePath } = await import("../../../config/paths.ts");
    for (const line of renderProof(report, (file) => tildePath(deps.paths(), file))) this.io.out(line);
    for (const sentence of [...report.unread, ...report.missing]) this.io.say(sentence);
    if (outside === undefined) this.io.say("No gateway runs here: its answers were not looked at.");
    if (report.secrets.notAsked > 0)
      this.io.say(
        `Programs of secrets.providers were not started (${report.secrets.notAsked} references); --allow-exec does.`,
      );
  },
});
