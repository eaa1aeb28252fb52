import { buildCommand } from "@stricli/core";
import { AccessError } from "../../../../core/errors.ts";
import type { Login, Provider } from "../../../../providers/provider.ts";
import type { Session } from "../../../command.ts";
import { AGENT_FLAG, JSON_FLAG, optionalText, switchFlag } from "../../../command.ts";
import { profileArgument, providerArgument } from "../../../provider-argument.ts";

interface Flags {
  readonly provider?: string;
  readonly method?: string;
  readonly deviceCode: boolean;
  readonly profileId?: string;
  readonly expiresIn?: string;
  readonly force: boolean;
  readonly setDefault: boolean;
  readonly agent?: string;
  readonly json: boolean;
}

const DEVICE_CODE = "device-code";

export default buildCommand({
  docs: {
    brief: "Log in to a provider",
    fullDescription:
      "Asks for the credential on a terminal, stores it, and adds the provider's recommended model. The default model stays, unless there is none or --set-default is given. Without a terminal use --device-code where the provider has it, paste-api-key or paste-token.",
  },
  parameters: {
    flags: {
      provider: optionalText("Provider; asked for when left out", "id"),
      method: optionalText("api-key, token, setup-token, oauth, device-code, cli …", "id"),
      deviceCode: switchFlag("Short for --method device-code"),
      profileId: optionalText(
        "Name of the auth profile; <provider>:default for most logins",
        "provider:name",
      ),
      expiresIn: optionalText("With a token: how long it is good for, 365d or 12h", "duration"),
      force: switchFlag("Replace every profile that the agent has of this provider"),
      setDefault: switchFlag("Make the provider's recommended model the default model"),
      agent: AGENT_FLAG,
      json: JSON_FLAG,
    },
  },
  async func(this: Session, flags: Flags) {
    const method = methodOf(flags);
    const { askLogin, askProvider, loginNamed, loginProvider } =
      await import("../../../../access/login/choose.ts");
    const { seatOf } = await import("../../../../access/login/seat.ts");
    const { loginsOf } = await import("../../../../providers/logins.ts");
    const { checkLogin, runLogin } = await import("../../../login.ts");
    const { chooseAgent } = await import("../../../../access/read-view.ts");
    const { silentTalk, terminalTalk } = await import("../../../ask.ts");
    // Everything that can be refused is refused before anybody is asked.
    const deps = await this.deps();
    const config = deps.config();
    const own = deps.accessConfig().oauth;
    chooseAgent(config, flags.agent);
    const profileId =
      flags.profileId === undefined ? undefined : await profileArgument(this, flags.profileId, flags.agent);
    const named =
      flags.provider === undefined
        ? undefined
        : loginProvider(config, providerArgument(this.io, flags.provider), own);
    const chosen = named && method !== undefined ? loginNamed(named, method) : undefined;
    if (named && chosen)
      await checkLogin({ provider: named, login: chosen, logins: loginsOf(named) }, flags.expiresIn);
    const otherwise = withoutTerminal(named);
    const talk = asksNothing(chosen, this.io)
      ? silentTalk(this.io, otherwise)
      : terminalTalk(this.io, flags.json, otherwise);
    const provider = named ?? (await askProvider(config, talk, own));
    const login =
      chosen ??
      (method === undefined
        ? await askLogin(talk, provider, seatOf(deps.env()))
        : loginNamed(provider, method));
    const target = { provider, login, logins: loginsOf(provider) };
    await runLogin(this, target, talk, { ...flags, profileId });
  },
});

/**
 * Another program's login and a device code need no answer, so no terminal either. A plugin's login may not; and
 * who names the cloud's own credentials, where they are to be seen, has said what is wanted.
 */
function asksNothing(login: Login | undefined, { inIsTerminal }: Session["io"]): boolean {
  if (login?.kind === "cli" || login?.kind === "device") return true;
  return !inIsTerminal && (login?.kind === "code" || login?.kind === "cloud");
}

/** @throws AccessError `bad_input` */
function methodOf({ method, deviceCode }: Flags): string | undefined {
  if (!deviceCode) return method;
  if (method === undefined || method === DEVICE_CODE) return DEVICE_CODE;
  throw new AccessError("bad_input", `--device-code and --method ${method} exclude each other.`);
}

function withoutTerminal(provider: Provider | undefined): string {
  const id = provider?.id ?? "<id>";
  const device = provider?.logins?.some(({ kind }) => kind === "device");
  const code = device ? " A login with a device code needs no terminal: add --device-code." : "";
  return `models auth login asks for the credential on a terminal, and there is none. Pipe it in: printf %s "$SECRET" | openclaw models auth paste-api-key --provider ${id}, or paste-token for a token.${code}`;
}
