// Flags of OpenClaw's onboarding for parts that are not here. A script that carries them goes on where that loses
// nothing, and is told so where it would.
import { AccessError } from "../core/errors.ts";
import { MEDIA } from "../core/media.ts";

/** Taken, and without effect; `importSecrets` goes with `--import-from`. */
export const ELSEWHERE_SWITCHES = [
  "classic",
  "customTextInput",
  "importSecrets",
  "modern",
  "skipBootstrap",
  "skipChannels",
  "skipHooks",
  "skipSearch",
  "skipSkills",
  "skipUi",
  "suppressGatewayTokenOutput",
  "tailscaleResetOnExit",
] as const;

const MEDIA_KEYS = ["comfyApiKey", "falApiKey", "pixverseApiKey", "runwayApiKey", "vydraApiKey"] as const;

export const ELSEWHERE_TEXTS = [
  "daemonRuntime",
  "importFrom",
  "importSource",
  "nodeManager",
  "tailscale",
  ...MEDIA_KEYS,
] as const;

export type ElsewhereFlags = { readonly [F in (typeof ELSEWHERE_SWITCHES)[number]]: boolean } & {
  readonly [F in (typeof ELSEWHERE_TEXTS)[number]]?: string;
};

/**
 * @returns what was passed over, a sentence each
 * @throws AccessError `bad_input` for what a person counts on, and does not get
 */
export function elsewhere(flags: ElsewhereFlags & { readonly flow?: string }): string[] {
  if (flags.flow === "import" || flags.importFrom !== undefined || flags.importSource !== undefined)
    throw new AccessError(
      "bad_input",
      "Importing from another program is OpenClaw's part: openclaw migrate, there. What it brings is used here as it is; keys and logins that lie on this machine are found by openclaw onboard.",
    );
  if (flags.tailscale !== undefined && flags.tailscale !== "off")
    throw new AccessError(
      "bad_input",
      `--tailscale ${flags.tailscale} is not set up here. --gateway-bind tailnet listens in your Tailscale network; or run: tailscale ${flags.tailscale} 18789`,
    );
  if (flags.daemonRuntime !== undefined && flags.daemonRuntime !== "node")
    throw new AccessError("bad_input", `--daemon-runtime is node, not "${flags.daemonRuntime}".`);
  return MEDIA.flatMap((name, at) =>
    flags[MEDIA_KEYS[at]!] === undefined
      ? []
      : [`--${name}-api-key was not stored: ${name} makes pictures and films, which OpenClaw runs.`],
  );
}
