// What the identity provider of the tests is told: one public client, short-lived or long-lived tokens.
import { generateKeyPairSync } from "node:crypto";
import { memoryAdapter } from "./identity-memory.ts";

export const CLIENT_ID = "fake-public-client";
export const SCOPES = ["openid", "email", "offline_access"] as const;

/** Read at each answer: what is set counts from then on. */
export interface Lifetimes {
  accessSeconds: number;
  refreshSeconds: number;
  codeSeconds: number;
  deviceSeconds: number;
}

const CALLBACKS = ["/callback", "/auth/callback", "/oauth-callback", "/oauth2callback"];

export function configuration(lifetimes: Lifetimes): object {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const page = async (context: { body: string }, form: string) => void (context.body = form);
  return {
    adapter: memoryAdapter(),
    clients: [
      {
        client_id: CLIENT_ID,
        application_type: "native",
        token_endpoint_auth_method: "none",
        grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
        response_types: ["code"],
        // Of native clients any port will do (RFC 8252 §7.3).
        redirect_uris: CALLBACKS.flatMap((path) => [`http://127.0.0.1${path}`, `http://localhost${path}`]),
        id_token_signed_response_alg: "ES256",
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "ES256", use: "sig" }] },
    cookies: { keys: ["fake-cookie-key"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    scopes: SCOPES,
    conformIdTokenClaims: false,
    findAccount: (_: unknown, accountId: string) => ({ accountId, claims: () => claimsOf(accountId) }),
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    features: {
      devInteractions: { enabled: false },
      deviceFlow: {
        enabled: true,
        userCodeInputSource: page,
        userCodeConfirmSource: page,
        successSource: async (context: { body: string }) => void (context.body = "done"),
      },
    },
    issueRefreshToken: async () => true,
    rotateRefreshToken: () => true,
    pkce: { required: () => true },
    ttl: {
      AccessToken: () => lifetimes.accessSeconds,
      IdToken: () => lifetimes.accessSeconds,
      AuthorizationCode: () => lifetimes.codeSeconds,
      DeviceCode: () => lifetimes.deviceSeconds,
      RefreshToken: () => lifetimes.refreshSeconds,
      Grant: () => lifetimes.refreshSeconds,
      Interaction: 3600,
      Session: 3600,
    },
  };
}

/** An account without an `@` has no e-mail address. */
const claimsOf = (accountId: string): object =>
  accountId.includes("@") ? { sub: accountId, email: accountId, email_verified: true } : { sub: accountId };
