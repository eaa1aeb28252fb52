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
import type { Identity, IdentityPlaces } from "../../oauth/identity.ts";
import { identityIn, OPENID_PLACES, sourcesOf } from "../../oauth/identity.ts";
import { callServer } from "../../oauth/server-call.ts";
import { findProvider } from "../../providers/all.ts";
import type { Login } from "../../providers/provider.ts";
import { deviceSettingsOf } from "./device-settings.ts";
import type { FlowContext, Obtained } from "./flow.ts";
import type { Talk } from "./talk.ts";

/** @throws AccessError `upstream_failed`, `cancelled`; `bad_input` when access.json lacks what the login needs */
export async function deviceLogin(context: FlowContext): Promise<Obtained> {
  const { deps, provider, label, login, talk } = context;
  const own = deps.accessConfig().oauth[provider];
  const settings = deviceSettingsOf(provider, login, own);
  return await talk.wait(async (signal) => {
    const answer = await answerBy(context, settings, signal);
    const granted = grantedTokens(answer, deps.now());
    if (granted.kind === "unusable")
      throw failed(`The login server of ${label} ${granted.message}.`, context);
    const name = await nameOf(login, own, granted.access, signal);
    return obtained(context, granted, { ...identityIn(sourcesOf(answer), placesOf(login)), name });
  });
}

const START_TIMEOUT_MS = 30_000;

async function answerBy(
  context: FlowContext,
  settings: DeviceSettings,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { label, talk } = context;
  const start = await startDeviceLogin(settings, { timeoutMs: START_TIMEOUT_MS, signal });
  if ("failed" in start) throw failed(`The login server of ${label} ${start.failed}.`, context);
  const { offer } = start;
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

/** Only for people to tell accounts apart: a login without it is as good. */
async function nameOf(
  { device }: Login,
  own: OAuthSettings | undefined,
  token: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const field = device?.name?.field;
  const url = own?.userinfoUrl ?? device?.name?.url;
  if (field === undefined || url === undefined) return undefined;
  const headers = { authorization: `Bearer ${token}` };
  const answer = await callServer({ url, headers, timeoutMs: NAME_TIMEOUT_MS, signal });
  const name = answer.kind === "answer" && answer.status === 200 ? answer.body?.[field] : undefined;
  return typeof name === "string" && name.length <= 200 && name !== "" ? name : undefined;
}

type Grant = Extract<Granted, { kind: "granted" }>;

/** A token that is traded for short-lived ones, or cannot be refreshed and never ends, is no OAuth login. */
function obtained(
  { provider }: FlowContext,
  { access, refresh, expires }: Grant,
  { email, accountId, name }: Identity & { readonly name: string | undefined },
): Obtained {
  const ends = expires === undefined ? {} : { expires };
  const who = {
    ...(email === undefined ? {} : { email }),
    ...(name === undefined ? {} : { displayName: name }),
  };
  const isToken = findProvider(provider)?.exchange !== undefined || (refresh === undefined && !expires);
  const credential: Credential = isToken
    ? { type: "token", provider, token: access, ...ends, ...who }
    : {
        type: "oauth",
        provider,
        access,
        ...(refresh === undefined ? {} : { refresh }),
        ...ends,
        ...who,
        ...(accountId === undefined ? {} : { accountId }),
      };
  return { credential, ...(email === undefined ? {} : { name: email }) };
}

const placesOf = ({ device }: Login): IdentityPlaces => device?.identity ?? OPENID_PLACES;
