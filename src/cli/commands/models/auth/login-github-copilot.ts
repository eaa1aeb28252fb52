import { buildCommand } from "@stricli/core";
import type { Session } from "../../../command.ts";
import { AGENT_FLAG, JSON_FLAG, switchFlag } from "../../../command.ts";

interface Flags {
  readonly yes: boolean;
  readonly agent?: string;
  readonly json: boolean;
}

export default buildCommand({
  docs: {
    brief: "Log in to GitHub Copilot with a device code",
    fullDescription: "Short for: openclaw models auth login --provider github-copilot --method device",
  },
  parameters: {
    flags: {
      yes: switchFlag("Replace an existing profile without asking"),
      agent: AGENT_FLAG,
      json: JSON_FLAG,
    },
  },
  async func(this: Session, { yes, agent, json }: Flags) {
    const { loginNamed, loginProvider } = await import("../../../../access/login/choose.ts");
    const { loginsOf } = await import("../../../../providers/logins.ts");
    const { chooseAgent } = await import("../../../../access/read-view.ts");
    const { terminalTalk } = await import("../../../ask.ts");
    const { confirmReplacing, runLogin } = await import("../../../login.ts");
    const deps = await this.deps();
    const chosenAgent = chooseAgent(deps.config(), agent);
    const provider = loginProvider(deps.config(), "github-copilot");
    const target = { provider, login: loginNamed(provider, "device"), logins: loginsOf(provider) };
    const talk = terminalTalk(this.io, json, WITHOUT_TERMINAL);
    if (!yes) await confirmReplacing(deps, chosenAgent, target, talk);
    await runLogin(this, target, talk, { agent, json });
  },
});

const WITHOUT_TERMINAL =
  'models auth login-github-copilot needs a terminal, and there is none. A GitHub token is stored by: printf %s "$TOKEN" | openclaw models auth paste-token --provider github-copilot';
