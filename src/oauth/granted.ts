// The tokens that a login brings, judged before anything is stored. Pure. A refresh is more forgiving
// (core/refresh.ts): there the old tokens are spent, here nothing is lost by starting again.
import { numberIn } from "../core/json.ts";
import { jwtClaims } from "./identity.ts";
import { isToken } from "./token-endpoint.ts";

export type Granted =
  | {
      readonly kind: "granted";
      readonly access: string;
      readonly refresh?: string;
      /** ms since epoch; absent when the token does not expire */
      readonly expires?: number;
    }
  /** `message` completes "The login server …". */
  | { readonly kind: "unusable"; readonly message: string };

/** RFC 6749 lets an answer leave its lifetime out; most of these tokens live an hour. */
const USUAL_LIFETIME_MS = 3_600_000;
const LONGEST_LIFETIME_MS = 400 * 24 * 3_600_000;

export function grantedTokens(answer: Readonly<Record<string, unknown>>, now: number): Granted {
  const { access_token: access } = answer;
  const refresh = answer["refresh_token"] || null;
  if (!isToken(access)) return unusable("answered without an access token that can be sent");
  if (refresh !== null && !isToken(refresh))
    return unusable("answered with a refresh token that cannot be sent");
  const expiry = expiryOf(answer, access, refresh !== null, now);
  if (expiry === "impossible") return unusable("answered with an expiry that cannot be right");
  return {
    kind: "granted",
    access,
    ...(refresh === null ? {} : { refresh }),
    ...(expiry === undefined ? {} : { expires: expiry }),
  };
}

const unusable = (message: string): Granted => ({ kind: "unusable", message });

function expiryOf(
  { expires_in: expiresIn = null }: Readonly<Record<string, unknown>>,
  access: string,
  refreshable: boolean,
  now: number,
): number | undefined | "impossible" {
  if (expiresIn !== null) return now + lifetimeMs(expiresIn) || "impossible";
  const claimed = numberIn(jwtClaims(access)?.["exp"]) * 1000;
  if (claimed > now && claimed <= now + LONGEST_LIFETIME_MS) return claimed;
  return refreshable ? now + USUAL_LIFETIME_MS : undefined;
}

/** Seconds, also written as text; `NaN` when it cannot be. */
function lifetimeMs(expiresIn: unknown): number {
  const isNumber =
    typeof expiresIn === "number" || (typeof expiresIn === "string" && /^\d+(\.\d+)?$/.test(expiresIn));
  const ms = isNumber ? Math.floor(Number(expiresIn) * 1000) : Number.NaN;
  return ms > 0 && ms <= LONGEST_LIFETIME_MS ? ms : Number.NaN;
}

/** An API key in the place of tokens. */
export function grantedKey(answer: Readonly<Record<string, unknown>>): string | undefined {
  const { key } = answer;
  return isToken(key) ? key : undefined;
}
