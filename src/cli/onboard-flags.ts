// The flags of `onboard`, by OpenClaw's words ("Onboard", "CLI automation"), and what they ask for.
import { parseDuration } from "../access/duration.ts";
import { AccessError } from "../core/errors.ts";
import type { ProviderId } from "../core/ids.ts";
import { parseProfileId } from "../core/ids.ts";
import type { Environment } from "../secrets/env.ts";
import type { TokenPlan } from "../onboard/draft.ts";
import type { GivenKey, OnboardRequest } from "../onboard/request.ts";
import { blankFault } from "../onboard/key-target.ts";
import type { Blanks } from "../onboard/key-target.ts";
import { COMPATIBILITY } from "../onboard/servers.ts";
import type { ElsewhereFlags } from "./onboard-elsewhere.ts";
import { elsewhere } from "./onboard-elsewhere.ts";
import type { KeyFlag } from "./onboard-key-flags.ts";
import { FLAG_METHODS, KEY_FLAGS } from "./onboard-key-flags.ts";

export type OnboardFlags = { readonly [F in KeyFlag]?: string } & ElsewhereFlags & {
    readonly cloudflareAiGatewayAccountId?: string;
    readonly cloudflareAiGatewayGatewayId?: string;
    readonly remoteUrl?: string;
    readonly remoteToken?: string;
    readonly reset: boolean;
    readonly resetScope?: string;
    readonly agent?: string;
    readonly nonInteractive: boolean;
    readonly acceptRisk: boolean;
    readonly authChoice?: string;
    readonly secretInputMode?: string;
    readonly tokenProvider?: string;
    readonly token?: string;
    readonly tokenProfileId?: string;
    readonly tokenExpiresIn?: string;
    readonly customBaseUrl?: string;
    readonly customApiKey?: string;
    readonly customModelId?: string;
    readonly customProviderId?: string;
    readonly customCompatibility?: string;
    readonly customImageInput: boolean;
    readonly mode?: string;
    readonly flow?: string;
    readonly workspace?: string;
    readonly gatewayPort?: number;
    readonly gatewayBind?: string;
    readonly gatewayAuth?: string;
    readonly gatewayToken?: string;
    readonly gatewayTokenRefEnv?: string;
    readonly gatewayPassword?: string;
    readonly installDaemon?: boolean;
    readonly skipDaemon: boolean;
    readonly seal: boolean;
    readonly skipHealth: boolean;
    readonly testTimeout?: number;
    readonly json: boolean;
  };

const USUAL_TIMEOUT_MS = 15_000;

/** @throws AccessError `bad_input` */
export function requestOf(flags: OnboardFlags, env: () => Environment): OnboardRequest {
  const notes = elsewhere(flags);
  if (flags.flow !== undefined) oneOf("--flow", flags.flow, ["quickstart", "advanced", "manual"]);
  const { tokenExpiresIn, tokenProfileId, installDaemon, skipDaemon } = flags;
  if (flags.gatewayPort === 0)
    throw new AccessError("bad_input", "--gateway-port takes a number from 1 to 65535. Nothing was written.");
  if (installDaemon && skipDaemon)
    throw new AccessError("bad_input", "--install-daemon and --skip-daemon exclude each other.");
  const service = skipDaemon ? false : installDaemon;
  return {
    agent: flags.agent,
    authChoice: flags.authChoice,
    keys: keysIn(flags),
    blanks: blanksIn(flags),
    keyMode: oneOf("--secret-input-mode", flags.secretInputMode ?? "plaintext", ["plaintext", "ref"]),
    token: {
      provider: flags.tokenProvider,
      value: flags.token,
      profileId: tokenProfileId === undefined ? undefined : parseProfileId(tokenProfileId),
      expiresInMs: tokenExpiresIn === undefined ? undefined : parseDuration(tokenExpiresIn),
    },
    custom: {
      baseUrl: flags.customBaseUrl,
      model: flags.customModelId,
      id: flags.customProviderId,
      key: flags.customApiKey,
      compatibility: oneOf(
        "--custom-compatibility",
        flags.customCompatibility ?? "openai",
        Object.keys(COMPATIBILITY) as (keyof typeof COMPATIBILITY)[],
      ),
      images: flags.customImageInput,
    },
    workspace: flags.workspace,
    gateway: { port: flags.gatewayPort, bind: flags.gatewayBind, secret: secretPlan(flags, env) },
    advanced: flags.flow === "advanced" || flags.flow === "manual",
    service,
    seal: flags.seal,
    test: !flags.skipHealth,
    testTimeoutMs: flags.testTimeout ?? USUAL_TIMEOUT_MS,
    notes,
  };
}

/** Nothing was said but which agent is meant. */
export const usualRequest = (agent: string | undefined): OnboardRequest => ({
  agent,
  keys: new Map(),
  blanks: new Map(),
  keyMode: "plaintext",
  token: {},
  custom: { compatibility: "openai", images: false },
  gateway: {},
  advanced: false,
  seal: false,
  test: true,
  testTimeoutMs: USUAL_TIMEOUT_MS,
  notes: [],
});

function keysIn(flags: OnboardFlags): Map<ProviderId, GivenKey> {
  const given = (Object.keys(KEY_FLAGS) as KeyFlag[]).flatMap((flag) => {
    const value = flags[flag];
    const method = FLAG_METHODS[flag];
    return value === undefined ? [] : [[KEY_FLAGS[flag], { value, ...(method ? { method } : {}) }] as const];
  });
  const twice = given.find(([id], at) => given.findIndex(([other]) => other === id) < at);
  if (twice)
    throw new AccessError(
      "bad_input",
      `Several keys of ${twice[0]} were given. Give one. Nothing was changed.`,
    );
  return new Map(given);
}

/** Cloudflare's addresses hold names of the person's own. */
function blanksIn(flags: OnboardFlags): Map<ProviderId, Blanks> {
  const { cloudflareAiGatewayAccountId, cloudflareAiGatewayGatewayId } = flags;
  const words = { account_id: cloudflareAiGatewayAccountId, gateway_id: cloudflareAiGatewayGatewayId };
  const given = Object.entries(words).flatMap(([word, text]) =>
    text === undefined ? [] : [[word, text.trim()] as const],
  );
  const fault = given.find(([, text]) => blankFault(text));
  if (fault) throw new AccessError("bad_input", `"${fault[1]}" is no ${fault[0]} of Cloudflare.`);
  return given.length === 0 ? new Map() : new Map([["cloudflare-ai-gateway", new Map(given)]]);
}

function secretPlan(flags: OnboardFlags, env: () => Environment): TokenPlan | undefined {
  const { gatewayToken, gatewayTokenRefEnv: name, gatewayPassword } = flags;
  const given = [gatewayToken, name, gatewayPassword].filter((each) => each !== undefined);
  if (given.length > 1)
    throw new AccessError(
      "bad_input",
      "Give one of --gateway-token, --gateway-token-ref-env and --gateway-password.",
    );
  const auth = oneOf(
    "--gateway-auth",
    flags.gatewayAuth ?? (gatewayPassword === undefined ? "token" : "password"),
    ["token", "password"],
  );
  if (auth === "password" && !gatewayPassword)
    throw new AccessError("bad_input", "--gateway-auth password needs --gateway-password.");
  if (auth === "token" && gatewayPassword !== undefined)
    throw new AccessError("bad_input", "--gateway-password goes with --gateway-auth password.");
  if (given.some((each) => each!.trim() === ""))
    throw new AccessError("bad_input", "The gateway's secret is empty.");
  if (gatewayPassword !== undefined) return { kind: "password", password: gatewayPassword };
  if (gatewayToken !== undefined) return { kind: "text", token: gatewayToken.trim() };
  if (name === undefined) return undefined;
  if (env()[name]?.trim()) return { kind: "env", name };
  throw new AccessError("bad_input", `--gateway-token-ref-env: the variable ${name} is not set, or empty.`);
}

export function oneOf<T extends string>(flag: string, text: string, known: readonly T[]): T {
  const found = known.find((each) => each === text);
  if (found !== undefined) return found;
  throw new AccessError("bad_input", `${flag} is ${known.join(", ")}, not "${text}".`);
}
