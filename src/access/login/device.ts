// The login by a device code: an address and a code for the person, then waiting. It asks nothing, so it works
// without a terminal too.
import type { Credential } from "../../core/credential.ts";
import type { OAuthSettings } from "../../config/config.ts";
import { AccessError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { DeviceEnd, DeviceOffer, DeviceSettings } from "../../oauth/device-code.ts";
import { awaitApproval, startDeviceLogin } from "../../oauth/device-code.ts";
import type { Granted } from "../../oauth/granted.ts";
import { grantedTokens } from "../../oauth/granted.ts";
import type { Identity } from "../../oauth/identity.ts";
import { callServer } from "../../oauth/server-call.ts";
import { findProvider } from "../../providers/all.ts";
import type { Login } from "../../providers/provider.ts";
import { brandOf } from "./brand.ts";
import { deviceSettingsOf } from "./device-settings.ts";
import type { FlowContext, Obtained } from "./flow.ts";
import type { Link, Talk } from "./talk.ts";

/** @throws AccessError `upstream_failed`, `cancelled`; `bad_input` when access.json lacks what the login needs */
export async function deviceLogin(asked: FlowContext): Promise<Obtained> {
  const context = { ...asked, label: brandOf(asked) };
  const { deps, provider, label, login, talk } = context;
  const own = deps.accessConfig().oauth[provider];
  const settings = deviceSettingsOf(provider, login, own);
  return await talk.wait(async (signal) => {
    const answer = await answerBy(context, settings, signal);
    const granted = grantedTokens(answer, deps.now());
    if (granted.kind === "unusable")
      throw failed(`The login server of ${label} ${granted.message}.`, context);
    return obtained(context, granted, await whoLoggedIn(login, own, answer, granted.access, signal));
  });
}

const START_TIMEOUT_MS = 30_000;

async function answerBy(
  context: FlowContext,
  settings: DeviceSettings,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { deps, label, talk } = context;
  const start = await startDeviceLogin(settings, { timeoutMs: START_TIMEOUT_MS, signal });
  if ("failed" in start) throw failed(`The login server of ${label} ${start.failed}.`, context);
  const { offer } = start;
  talk.link?.(linkOf(offer, deps.now()));
  talk.notify(invitation(label, offer));
  const reminders = remind(talk, offer);
  try {
    const onTrouble = (message: string) =>
      talk.notify(`The login server of ${label} ${message}. Still trying.`);
    const end = await awaitApproval(offer, { signal, onTrouble });
    if (end.kind === "tokens") return end.answer;
    throw failed(sentenceOf(end, label), context);
  } finally {
    for (const reminder of reminders) clearTimeout(reminder);
  }
}

const linkOf = ({ verificationUri, completeUri, userCode, lifetimeMs }: DeviceOffer, now: number): Link => ({
  url: verificationUri,
  code: userCode,
  ...(completeUri === undefined ? {} : { completeUrl: completeUri }),
  expiresAt: now + lifetimeMs,
});

function invitation(
  label: string,
  { verificationUri, completeUri, userCode, lifetimeMs }: DeviceOffer,
): string {
  return [
    `To log in to ${label}, open this address in a browser, here or on another device:`,
    "",
    `  ${verificationUri}`,
    "",
    "and enter this code:",
    "",
    `  ${userCode}`,
    "",
    ...(completeUri === undefined ? [] : ["With the code in it already:", "", `  ${completeUri}`, ""]),
    `The code is good for ${inWords(lifetimeMs)}. Waiting; Ctrl-C leaves.`,
  ].join("\n");
}

const MINUTE_MS = 60_000;
/** Told when this much is left. */
const REMINDERS_MS = [10 * MINUTE_MS, 5 * MINUTE_MS, MINUTE_MS];

const remind = (talk: Talk, { lifetimeMs }: DeviceOffer): NodeJS.Timeout[] =>
  REMINDERS_MS.filter((left) => left < lifetimeMs).map((left) =>
    setTimeout(
      () => talk.notify(`Still waiting. The code is good for ${inWords(left)} more.`),
      lifetimeMs - left,
    ),
  );

function inWords(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.round(ms / 1000)} seconds`;
  return `${Math.round(ms / MINUTE_MS)} minutes`;
}

function sentenceOf(end: Exclude<DeviceEnd, { kind: "tokens" }>, label: string): string {
  if (end.kind === "denied") return `The login to ${label} was refused in the browser.`;
  if (end.kind === "expired") return `The code for ${label} has expired before anybody entered it.`;
  return `The login server of ${label} ${end.message}.`;
}

const failed = (what: string, { provider, login }: FlowContext): AccessError =>
  new AccessError(
    "upstream_failed",
    `${what} Nothing was changed. To try again: openclaw models auth login --provider ${provider} --method ${login.id}`,
  );

const NAME_TIMEOUT_MS = 10_000;

interface Who extends Identity {
  /** of the profile */
  readonly name?: string;
  readonly displayName?: string;
}

/** For people to tell accounts apart: a login without it is as good. */
async function whoLoggedIn(
  { device }: Login,
  own: OAuthSettings | undefined,
  answer: JsonObject,
  access: string,
  signal: AbortSignal,
): Promise<Who> {
  const { name, identity } = device ?? {};
  const userinfoUrl = own?.userinfoUrl ?? name?.url;
  if (!name) {
    const { identityOf } = await import("./browser-identity.ts");
    const places = {
      ...(identity ? { identity } : {}),
      ...(userinfoUrl === undefined ? {} : { userinfoUrl }),
    };
    return await identityOf(places, answer, access, signal);
  }
  if (userinfoUrl === undefined) return {};
  const headers = { authorization: `Bearer ${access}` };
  const told = await callServer({ url: userinfoUrl, headers, timeoutMs: NAME_TIMEOUT_MS, signal });
  const given = told.kind === "answer" && told.status === 200 ? told.body?.[name.field] : undefined;
  return typeof given === "string" && /^[\x21-\x7e]{1,200}$/.test(given) ? { displayName: given } : {};
}

type Grant = Extract<Granted, { kind: "granted" }>;

/** A token that is traded for short-lived ones, or cannot be refreshed and never ends, is no OAuth login. */
function obtained(
  { provider }: FlowContext,
  { access, refresh, expires }: Grant,
  { name, accountId, ...who }: Who,
): Obtained {
  const common = { provider, ...who, ...(expires === undefined ? {} : { expires }) };
  const isToken = findProvider(provider)?.exchange !== undefined || (refresh === undefined && !expires);
  const credential: Credential = isToken
    ? { type: "token", token: access, ...common }
    : {
        type: "oauth",
        access,
        ...(refresh === undefined ? {} : { refresh }),
        ...common,
        ...(accountId === undefined ? {} : { accountId }),
      };
  return { credential, ...(name === undefined ? {} : { name }) };
}
