// `models auth add`: the way to a credential, one question after another. Ends in a login or in a paste.
import type { Config } from "../../config/config.ts";
import { messageOf } from "../../core/errors.ts";
import type { ProfileId, ProviderId } from "../../core/ids.ts";
import { parseProfileId, parseProviderId, RENAMED_PROVIDERS } from "../../core/ids.ts";
import { findProvider } from "../../providers/all.ts";
import { loginsOf } from "../../providers/logins.ts";
import type { Login, Provider } from "../../providers/provider.ts";
import { parseDuration } from "../duration.ts";
import type { PasteRequest } from "../paste.ts";
import type { PasteKind } from "../paste-rules.ts";
import type { OwnAddresses, Target } from "./choose.ts";
import { bestFirst, isOffered, loginChoice, providerChoices } from "./choose.ts";
import { withOwnLogins } from "./own-logins.ts";
import { askCredential } from "./pasted.ts";
import type { Seat } from "./seat.ts";
import type { Check, Talk } from "./talk.ts";

export type AddChoice =
  | { readonly kind: "login"; readonly target: Target }
  | { readonly kind: "paste"; readonly request: Omit<PasteRequest, "agent"> };

/** @throws AccessError `cancelled` */
export async function chooseAdd(
  config: Config,
  talk: Talk,
  own: OwnAddresses,
  seat: Seat,
): Promise<AddChoice> {
  const provider = await talk.choose<Provider | typeof OTHER>("Which provider?", [
    ...providerChoices(config, own),
    { value: OTHER, label: "Another provider", hint: "type its id" },
  ]);
  if (provider === OTHER) {
    const typed = await talk.text("Id of the provider", "", problemWith(parseProviderId));
    const id = providerOf(typed);
    const known = findProvider(id);
    const offered = known && withOwnLogins(known, own[known.id]);
    return offered && isOffered(offered) ? await addKnown(offered, talk, seat) : await addUnknown(id, talk);
  }
  return await addKnown(provider, talk, seat);
}

const OTHER = "other" as const;

function providerOf(typed: string): ProviderId {
  const id = parseProviderId(typed);
  return RENAMED_PROVIDERS[id] ?? id;
}

async function addKnown(provider: Provider, talk: Talk, seat: Seat): Promise<AddChoice> {
  const logins = bestFirst(loginsOf(provider), seat);
  const question = `How do you log in to ${provider.label}?`;
  const chosen = await talk.choose<Login | "token">(question, [
    ...logins.map(loginChoice),
    { value: "token", label: "A token made elsewhere" },
  ]);
  if (chosen !== "token") return { kind: "login", target: { provider, logins, login: chosen } };
  return await addPasted("token", provider.id, talk);
}

async function addUnknown(provider: ProviderId, talk: Talk): Promise<AddChoice> {
  const kind = await talk.choose<PasteKind>("What do you have?", [
    { value: "api_key", label: "An API key" },
    { value: "token", label: "A token" },
  ]);
  return await addPasted(kind, provider, talk);
}

async function addPasted(kind: PasteKind, provider: ProviderId, talk: Talk): Promise<AddChoice> {
  const profileId = await askProfileId(provider, talk);
  const expiresInMs = kind === "token" ? await askExpiry(talk) : undefined;
  const what = kind === "token" ? "token" : "API key";
  const pasted = await askCredential(talk, kind, provider, `Paste the ${what} for ${provider}`);
  return { kind: "paste", request: { kind, provider, profileId, expiresInMs, pasted } };
}

async function askProfileId(provider: ProviderId, talk: Talk): Promise<ProfileId> {
  const question = "Name of the auth profile";
  return parseProfileId(await talk.text(question, `${provider}:manual`, problemWith(parseProfileId)));
}

async function askExpiry(talk: Talk): Promise<number | undefined> {
  if (!(await talk.confirm("Does this token expire?", false))) return undefined;
  return parseDuration(await talk.text("In how long? 365d, 12h", "365d", problemWith(parseDuration)));
}

const problemWith =
  (parse: (text: string) => unknown): Check =>
  (answer) => {
    try {
      parse(answer);
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  };
