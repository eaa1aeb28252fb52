import { buildCommand } from "@stricli/core";
import type { Session } from "../../../command.ts";
import { AGENT_FLAG, JSON_FLAG, optionalText, switchFlag } from "../../../command.ts";
import { profileArgument } from "../../../provider-argument.ts";

interface Flags {
  readonly yes: boolean;
  readonly profileId?: string;
  readonly agent?: string;
  readonly json: boolean;
}

export default buildCommand({
  docs: {
    brief: "Log in to GitHub Copilot with a device code",
    fullDescription:
      "Short for: openclaw models auth login --provider github-copilot --method device. Without a terminal, --yes shows the address and the code on stderr, and waits.",
  },
  parameters: {
    flags: {
      yes: switchFlag("Replace an existing profile without asking"),
      profileId: optionalText(
        "Name of the auth profile; github-copilot:github when left out",
        "provider:name",
      ),
      agent: AGENT_FLAG,
      json: JSON_FLAG,
    },
  },
  async func(this: Session, { yes, profileId: typed, agent, json }: Flags) {
    const { loginNamed, loginProvider } = await import("../../../../access/login/choose.ts");
    const { loginsOf } = await import("../../../../providers/logins.ts");
    const { chooseAgent } = await import("../../../../access/read-view.ts");
    const { silentTalk, terminalTalk } = await import("../../../ask.ts");
    const { confirmReplacing, runLogin } = await import("../../../login.ts");
    const deps = await this.deps();
    const chosenAgent = chooseAgent(deps.config(), agent);
    const profileId = typed === undefined ? undefined : await profileArgument(this, typed, agent);
    const provider = loginProvider(deps.config(), "github-copilot", deps.accessConfig().oauth);
    const target = { provider, login: loginNamed(provider, "device"), logins: loginsOf(provider) };
    const talk = yes ? silentTalk(this.io, WITHOUT_TERMINAL) : terminalTalk(this.io, json, WITHOUT_TERMINAL);
    if (!yes) await confirmReplacing(deps, chosenAgent, target, talk, profileId);
    await runLogin(this, target, talk, { agent, json, profileId });
  },
});

const WITHOUT_TERMINAL =
  'models auth login-github-copilot needs a terminal, and there is none; with --yes it goes on without one: the code is shown on stderr. A GitHub token is stored by: printf %s "$TOKEN" | openclaw models auth paste-token --provider github-copilot';
