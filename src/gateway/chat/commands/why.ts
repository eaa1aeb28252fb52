// /why: how the last turn chose its model and profile, as `openclaw models why` tells it.
import { readRun } from "../../../access/why.ts";
import { AccessError } from "../../../core/errors.ts";
import { formatModelRef } from "../../../core/model-ref.ts";
import type { ChatCommand } from "./command.ts";

export const why: ChatCommand = {
  name: "why",
  usage: "[<run>]",
  summary: "why the last answer came from where it came",
  async run(words, { deps, sessions, agent, session, gateway }) {
    const asked = words.trim();
    const rows = asked === "" ? await sessions.messages(agent, session.sessionId, 20) : [];
    const runId = asked === "" ? rows.findLast((row) => row.runId !== undefined)?.runId : asked;
    if (runId === undefined)
      throw new AccessError("unknown_run", "Nothing was asked in this conversation yet.");
    await gateway.receipts.flush();
    const run = await readRun(deps, runId);
    return [
      `Run ${run.runId}: ${run.outcome} after ${run.durationMs} ms`,
      `Asked: ${run.models.join(", ")}${run.pin ? `, pinned to ${run.pin}` : ""}${run.sticky ? `, ${run.sticky} served last` : ""}`,
      ...run.attempts.map(
        ({ model, profileId, outcome, kind, endedMs, startedMs }) =>
          `- ${model} by ${profileId}: ${outcome}${kind ? ` (${kind})` : ""}, ${endedMs - startedMs} ms`,
      ),
      ...run.leftOut
        .slice(0, 20)
        .map(({ ref, profileId, code }) => `- ${formatModelRef(ref)} by ${profileId}: left out, ${code}`),
      `More: openclaw models why ${run.runId}`,
    ].join("\n");
  },
};
