// The flags of `onboard` and `setup`, as they are typed.
import { AGENT_FLAG, JSON_FLAG, optionalText, switchFlag } from "./command.ts";
import { wholeNumberFlag } from "./number-flag.ts";
import { ELSEWHERE_SWITCHES, ELSEWHERE_TEXTS } from "./onboard-elsewhere.ts";
import { KEY_FLAGS } from "./onboard-key-flags.ts";
import type { KeyFlag } from "./onboard-key-flags.ts";
import { portFlag } from "./port-flag.ts";

const hiddenSwitch = () => ({ ...switchFlag("Taken for compatibility"), hidden: true }) as const;
const hiddenText = () => ({ ...optionalText("As documented", "value"), hidden: true }) as const;

const hidden = <K extends string, F>(names: readonly K[], make: () => F) =>
  Object.fromEntries(names.map((name) => [name, make()])) as { readonly [N in K]: F };

export const ONBOARD_FLAGS = {
  agent: AGENT_FLAG,
  nonInteractive: switchFlag("Do not ask; needs --accept-risk"),
  acceptRisk: switchFlag("You know that agents are powerful, and that this writes without asking"),
  authChoice: optionalText(
    "apiKey, openai-api-key, claude-cli, ollama, custom-api-key, token, skip …",
    "choice",
  ),
  secretInputMode: optionalText(
    "plaintext, or ref: refer to the variable instead of storing its key",
    "mode",
  ),
  tokenProvider: optionalText("With --auth-choice token: whose it is", "id"),
  token: optionalText("With --auth-choice token", "token"),
  tokenProfileId: optionalText("Name of the auth profile", "provider:name"),
  tokenExpiresIn: optionalText("How long the token is good for, 365d or 12h", "duration"),
  customBaseUrl: optionalText("Address of a server of yours", "url"),
  customApiKey: optionalText("Its key; CUSTOM_API_KEY when left out, or none", "key"),
  customModelId: optionalText("Its model", "id"),
  customProviderId: optionalText("Its name; made of the address when left out", "id"),
  customCompatibility: optionalText("openai, openai-responses or anthropic", "mode"),
  customImageInput: switchFlag("The model takes pictures"),
  mode: optionalText("local, or remote: only say where the gateway is", "mode"),
  remoteUrl: optionalText("With --mode remote: wss://host:18789", "url"),
  remoteToken: optionalText("With --mode remote: the gateway's token", "token"),
  reset: switchFlag("First move what there is to the trash"),
  resetScope: optionalText("config, config+creds+sessions or full", "scope"),
  flow: optionalText("quickstart or advanced", "flow"),
  workspace: optionalText("Folder of the agents", "dir"),
  gatewayPort: { ...portFlag, brief: "Port of the gateway" },
  gatewayBind: optionalText("loopback, lan, tailnet, auto or custom", "mode"),
  gatewayAuth: optionalText("token or password", "mode"),
  gatewayToken: optionalText("Token of the gateway; made when there is none", "token"),
  gatewayTokenRefEnv: optionalText("Variable that holds the gateway's token", "name"),
  gatewayPassword: optionalText("Password of the gateway", "password"),
  installDaemon: {
    kind: "boolean",
    brief: "Install the gateway as a service, and start it",
    optional: true,
  },
  skipDaemon: switchFlag("The same as --no-install-daemon"),
  seal: switchFlag("Seal the stored credentials: OpenClaw 2026.7.1 can then no longer use this store"),
  skipHealth: switchFlag("Store the credential without the real call"),
  testTimeout: wholeNumberFlag("--test-timeout", "Longest time of that call, ms (15000)", "ms"),
  json: JSON_FLAG,
  cloudflareAiGatewayAccountId: hiddenText(),
  cloudflareAiGatewayGatewayId: hiddenText(),
  ...hidden(Object.keys(KEY_FLAGS) as KeyFlag[], hiddenText),
  ...hidden(ELSEWHERE_SWITCHES, hiddenSwitch),
  ...hidden(ELSEWHERE_TEXTS, hiddenText),
} as const;
