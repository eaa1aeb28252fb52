// Who logged in, as the answer of a login tells it: claims of its tokens, fields beside them, the userinfo
// endpoint. Pure. The tokens come straight from the token endpoint, so their signatures are not checked
// (OpenID Connect Core §3.1.3.7, 6).
import { isObject, parseObject } from "../core/json.ts";

/** Where something stands: the source, then the keys down to it. */
export type Place = readonly [source: keyof IdentitySources, ...keys: string[]];

export interface IdentityPlaces {
  readonly email: readonly Place[];
  readonly accountId: readonly Place[];
}

export interface IdentitySources {
  /** the token endpoint's answer */
  readonly answer: Readonly<Record<string, unknown>>;
  /** claims of the access token, where it is a JWT */
  readonly access?: Readonly<Record<string, unknown>> | undefined;
  /** claims of the id token */
  readonly id?: Readonly<Record<string, unknown>> | undefined;
  readonly userinfo?: Readonly<Record<string, unknown>> | undefined;
}

export interface Identity {
  readonly email?: string;
  readonly accountId?: string;
}

/** What OpenID Connect says, for providers that say nothing else. */
export const OPENID_PLACES: IdentityPlaces = {
  email: [
    ["id", "email"],
    ["userinfo", "email"],
    ["access", "email"],
  ],
  accountId: [
    ["id", "sub"],
    ["userinfo", "sub"],
  ],
};

export function identityIn(sources: IdentitySources, places: IdentityPlaces): Identity {
  const email = first(sources, places.email);
  const accountId = first(sources, places.accountId);
  return { ...(email === undefined ? {} : { email }), ...(accountId === undefined ? {} : { accountId }) };
}

/** Claims of what an answer carries. */
export const sourcesOf = (answer: Readonly<Record<string, unknown>>): IdentitySources => ({
  answer,
  access: jwtClaims(answer["access_token"]),
  id: jwtClaims(answer["id_token"]),
});

/** `undefined` for anything that is no JWT. */
export function jwtClaims(token: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof token !== "string") return undefined;
  const parts = token.split(".");
  return parts.length === 3 ? parseObject(Buffer.from(parts[1]!, "base64url").toString("utf8")) : undefined;
}

function first(sources: IdentitySources, places: readonly Place[]): string | undefined {
  for (const [source, ...keys] of places) {
    const found = keys.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), sources[source]);
    if (isName(found)) return found;
  }
  return undefined;
}

/** What can be shown, stored and sent in a header. */
const isName = (value: unknown): value is string =>
  typeof value === "string" && /^[\x21-\x7e\p{L}\p{N}]{1,200}$/u.test(value);
