// Google's application default credentials: an access token by a service account's key or a person's refresh token.
// Facts: Google's public pages on ADC and on service accounts ("OAuth 2.0 for server to server"); RFC 7523.
import { sign } from "node:crypto";
import type { JsonObject } from "../core/json.ts";
import { Secret } from "../core/secret.ts";
import { requestTokens } from "./token-endpoint.ts";

export type AdcAnswer =
  | { readonly secret: Secret; readonly expiresAt: number; readonly project?: string }
  /** one sentence */
  | { readonly broken: string };

const TOKEN_URL = "https://oauth2.googleapis.com/token";
const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const USUAL_LIFETIME_S = 3600;

/**
 * @param credentials the decoded file
 * @param tokenUrl instead of the file's own, or the built-in one
 */
export async function googleToken(
  credentials: JsonObject,
  now: () => number,
  tokenUrl?: string,
): Promise<AdcAnswer> {
  const url = tokenUrl ?? textIn(credentials, "token_uri") ?? TOKEN_URL;
  const request = grantOf(credentials, url, now());
  if ("broken" in request) return request;
  const answer = await requestTokens({ url, encoding: "form", ...request.client }, request.grant);
  if (answer.kind !== "tokens") {
    const how = answer.kind === "refused" ? `refused them (${answer.code})` : answer.message;
    return { broken: `Google's token endpoint ${how}. Log in again: gcloud auth application-default login` };
  }
  const seconds = Number(answer.tokens.expiresIn) || USUAL_LIFETIME_S;
  const project = textIn(credentials, "quota_project_id") ?? textIn(credentials, "project_id");
  return {
    secret: new Secret(answer.tokens.access),
    expiresAt: now() + seconds * 1000,
    ...(project === undefined ? {} : { project }),
  };
}

interface GrantRequest {
  readonly grant: Readonly<Record<string, string>>;
  readonly client: { readonly clientId?: string; readonly clientSecret?: string };
}

function grantOf(credentials: JsonObject, url: string, now: number): GrantRequest | { broken: string } {
  const { type } = credentials;
  const refresh = textIn(credentials, "refresh_token");
  const clientId = textIn(credentials, "client_id");
  const clientSecret = textIn(credentials, "client_secret");
  if (type === "authorized_user" && refresh && clientId && clientSecret)
    return {
      grant: { grant_type: "refresh_token", refresh_token: refresh },
      client: { clientId, clientSecret },
    };
  const email = textIn(credentials, "client_email");
  const key = textIn(credentials, "private_key");
  if (type !== "service_account" || !email || !key)
    return {
      broken: `Google's default credentials of type ${JSON.stringify(type ?? "?")} cannot be used here: a service account's key or a login by gcloud can.`,
    };
  try {
    const assertion = assertionOf({ email, key, keyId: textIn(credentials, "private_key_id") }, url, now);
    return { grant: { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion }, client: {} };
  } catch {
    return { broken: "The private key of Google's service account cannot be read." };
  }
}

interface ServiceAccount {
  readonly email: string;
  readonly key: string;
  readonly keyId: string | undefined;
}

/** @throws Error for a key that is none */
function assertionOf({ email, key, keyId }: ServiceAccount, url: string, now: number): string {
  const iat = Math.floor(now / 1000);
  const header = { alg: "RS256", typ: "JWT", kid: keyId };
  const claims = { iss: email, scope: SCOPE, aud: url, iat, exp: iat + USUAL_LIFETIME_S };
  const text = `${encoded(header)}.${encoded(claims)}`;
  return `${text}.${sign("RSA-SHA256", Buffer.from(text), key).toString("base64url")}`;
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const textIn = (value: JsonObject, field: string): string | undefined => {
  const text = value[field];
  return typeof text === "string" && text !== "" ? text : undefined;
};
