import { buildCommand } from "@stricli/core";
import { AccessError } from "../../core/errors.ts";
import type { Session } from "../command.ts";
import { AGENT_FLAG, JSON_FLAG, switchFlag } from "../command.ts";
import { wholeNumberFlag } from "../number-flag.ts";

interface Flags {
  readonly agent?: string;
  readonly allAgents: boolean;
  readonly active?: number;
  readonly limit?: number | "all";
  readonly json: boolean;
}

const DEFAULT_LIMIT = 100;
const LIMIT_FLAG = wholeNumberFlag("--limit", "Most rows, or all; 100 when left out", "n");

export default buildCommand({
  docs: { brief: "List the conversations, newest first" },
  parameters: {
    flags: {
      agent: AGENT_FLAG,
      allAgents: switchFlag("Of all configured agents"),
      active: wholeNumberFlag("--active", "Only those of the last minutes", "minutes"),
      limit: {
        ...LIMIT_FLAG,
        parse: (text: string): number | "all" => (text.trim() === "all" ? "all" : LIMIT_FLAG.parse(text)),
      },
      json: JSON_FLAG,
    },
  },
  async func(this: Session, { agent, allAgents, active, limit = DEFAULT_LIMIT, json }: Flags) {
    if (allAgents && agent !== undefined)
      throw new AccessError("bad_input", "--agent and --all-agents exclude each other. Leave one out.");
    const { listSessions } = await import("../../access/sessions-list.ts");
    const agents = allAgents ? "all" : agent;
    const report = await listSessions(await this.deps(), { agents, activeMinutes: active, limit });
    if (json) return this.io.json(report);
    this.io.out((await import("../render/sessions.ts")).renderSessions(report, this.io));
  },
});
