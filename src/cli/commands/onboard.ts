import { buildCommand } from "@stricli/core";
import { AccessError } from "../../core/errors.ts";
import type { Session } from "../command.ts";
import { AGENT_FLAG, JSON_FLAG, optionalText, switchFlag } from "../command.ts";
import { wholeNumberFlag } from "../number-flag.ts";
import type { OnboardFlags } from "../onboard-flags.ts";
import type { KeyFlag } from "../onboard-key-flags.ts";
import { KEY_FLAGS } from "../onboard-key-flags.ts";
import { portFlag } from "../port-flag.ts";

/** Of parts that are not here: taken, and without effect. */
const ELSEWHERE = {
  classic: hiddenSwitch(),
  customTextInput: hiddenSwitch(),
  skipBootstrap: hiddenSwitch(),
  skipChannels: hiddenSwitch(),
  skipHooks: hiddenSwitch(),
  skipSearch: hiddenSwitch(),
  skipSkills: hiddenSwitch(),
  skipUi: hiddenSwitch(),
  suppressGatewayTokenOutput: hiddenSwitch(),
  daemonRuntime: hiddenText(),
  nodeManager: hiddenText(),
};

const keyFlags = Object.fromEntries(Object.keys(KEY_FLAGS).map((flag) => [flag, hiddenText()])) as {
  readonly [F in KeyFlag]: ReturnType<typeof hiddenText>;
};

export default buildCommand({
  docs: {
    brief: "Set up from nothing: find a credential, try it, choose models, and call the gateway",
    fullDescription:
      "Looks at what this machine has, asks, tries each credential with one real call, shows the plan, and writes it when you agree. Whoever leaves a question leaves everything as it was. Scripts: --non-interactive --accept-risk, with --auth-choice, and a key in its variable or as --<provider>-api-key.",
  },
  parameters: {
    flags: {
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
      mode: optionalText("local", "mode"),
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
      ...keyFlags,
      ...ELSEWHERE,
    },
  },
  async func(this: Session, flags: OnboardFlags) {
    if (flags.nonInteractive && !flags.acceptRisk)
      throw new AccessError(
        "bad_input",
        "--non-interactive writes credentials without asking. Add --accept-risk to say that you know what agents can do with them.",
      );
    const deps = await this.deps();
    const [{ requestOf }, { onboardAsking, onboardUnasked }, { printOnboarded }] = await Promise.all([
      import("../onboard-flags.ts"),
      import("../onboard.ts"),
      import("../onboard-print.ts"),
    ]);
    const request = requestOf(flags, process.env);
    const report = flags.nonInteractive
      ? await onboardUnasked(this.io, deps, request)
      : await onboardAsking(this.io, deps, request, flags.json);
    this.exit(printOnboarded(this.io, deps, report, flags.json));
  },
});

function hiddenSwitch() {
  return { ...switchFlag("Taken for compatibility"), hidden: true } as const;
}

function hiddenText() {
  return { ...optionalText("As documented", "value"), hidden: true } as const;
}
