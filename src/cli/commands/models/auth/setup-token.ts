import { buildCommand } from "@stricli/core";
import type { Session } from "../../../command.ts";
import { AGENT_FLAG, JSON_FLAG, optionalText, switchFlag } from "../../../command.ts";
import { providerArgument } from "../../../provider-argument.ts";

interface Flags {
  readonly provider?: string;
  readonly expiresIn?: string;
  readonly yes: boolean;
  readonly agent?: string;
  readonly json: boolean;
}

export default buildCommand({
  docs: {
    brief: "Store a provider's setup token",
    fullDescription:
      "Asks for the token on a terminal. For Anthropic it is what `claude setup-token` prints. Without a terminal use paste-token.",
  },
  parameters: {
    flags: {
      provider: optionalText("Provider with a token login; anthropic when left out", "id"),
      expiresIn: optionalText("How long the token is good for, 365d or 12h", "duration"),
      yes: switchFlag("Do not ask whether to go on"),
      agent: AGENT_FLAG,
      json: JSON_FLAG,
    },
  },
  async func(this: Session, { provider: typed = "anthropic", expiresIn, yes, agent, json }: Flags) {
    const { tokenLogin } = await import("../../../../access/login/choose.ts");
    const { chooseAgent } = await import("../../../../access/read-view.ts");
    const { terminalTalk } = await import("../../../ask.ts");
    const { checkLogin, leave, runLogin } = await import("../../../login.ts");
    const config = (await this.deps()).config();
    chooseAgent(config, agent);
    const target = tokenLogin(config, providerArgument(this.io, typed));
    await checkLogin(target, expiresIn);
    const talk = terminalTalk(this.io, json, withoutTerminal(target.provider.id));
    if (!yes && !(await talk.confirm(`Continue with the ${target.login.label}?`, true))) leave();
    await runLogin(this, target, talk, { agent, expiresIn, json });
  },
});

const withoutTerminal = (provider: string): string =>
  `models auth setup-token asks for the token on a terminal, and there is none. Pipe it in: printf %s "$TOKEN" | openclaw models auth paste-token --provider ${provider}`;
