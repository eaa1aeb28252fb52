// /usage: what this conversation has used, and what is left of the plans as far as it is known.
import { readStatus } from "../../../access/status.ts";
import type { ChatCommand } from "./command.ts";
import { written } from "../../control-plane/method.ts";

export const usage: ChatCommand = {
  name: "usage",
  summary: "tokens of this conversation, and the windows of the plans",
  async run(_words, { deps, gateway, agent, session }) {
    await written(gateway);
    const { input, output, turns } = session.usage;
    const { report } = await readStatus(deps, { agent });
    const rows = (report.usage?.providers ?? []).flatMap(({ provider, windows }) =>
      (windows ?? []).map(
        ({ label, usedPercent }) => `${provider} ${label}: ${Math.round(usedPercent)} % used`,
      ),
    );
    return [`This conversation: ${input} tokens in, ${output} out, ${turns} turns`, ...rows].join("\n");
  },
};
