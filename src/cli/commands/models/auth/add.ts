import { buildCommand } from "@stricli/core";
import type { Session } from "../../../command.ts";
import { AGENT_FLAG, JSON_FLAG } from "../../../command.ts";

interface Flags {
  readonly agent?: string;
  readonly json: boolean;
}

export default buildCommand({
  docs: {
    brief: "Add a credential, step by step",
    fullDescription:
      "Asks for the provider, the way to log in, and the credential. Without a terminal use paste-api-key or paste-token; with a provider in mind, login.",
  },
  parameters: { flags: { agent: AGENT_FLAG, json: JSON_FLAG } },
  async func(this: Session, { agent, json }: Flags) {
    const { terminalTalk } = await import("../../../ask.ts");
    const talk = terminalTalk(this.io, json, WITHOUT_TERMINAL);
    const { chooseAdd } = await import("../../../../access/login/add.ts");
    const { chooseAgent } = await import("../../../../access/read-view.ts");
    const deps = await this.deps();
    chooseAgent(deps.config(), agent);
    const { seatOf } = await import("../../../../access/login/seat.ts");
    const chosen = await chooseAdd(deps.config(), talk, deps.accessConfig().oauth, seatOf(deps.env()));
    if (chosen.kind === "login") {
      const { runLogin } = await import("../../../login.ts");
      return await runLogin(this, chosen.target, talk, { agent, json });
    }
    const { paste } = await import("../../../../access/paste.ts");
    const { printPaste } = await import("../../../paste.ts");
    printPaste(this.io, await paste(deps, { ...chosen.request, agent }), json);
  },
});

const WITHOUT_TERMINAL =
  'models auth add asks on a terminal, and there is none. Pipe the credential in: printf %s "$SECRET" | openclaw models auth paste-api-key --provider <id>, or paste-token for a token. On a terminal with the provider in mind: openclaw models auth login --provider <id>';
