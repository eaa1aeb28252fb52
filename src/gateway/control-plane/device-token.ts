// What a device may come back with instead of the gateway's secret. Nothing is stored: a token says what it is good
// for, and is signed with a key that follows from the secret. Another secret ends them all.
import { createHmac, scrypt, timingSafeEqual } from "node:crypto";
import type { Secret } from "../../core/secret.ts";

const PREFIX = "ocdt1";
const SALT = "openclaw device tokens";
const KEY_BYTES = 32;

const KEYS = new WeakMap<Secret, Promise<Buffer>>();

/** Slow on purpose: a secret that can be guessed is not to be tried against a token, away from the gateway. */
function keyOf(secret: Secret): Promise<Buffer> {
  const known = KEYS.get(secret);
  if (known) return known;
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  scrypt(secret.reveal(), SALT, KEY_BYTES, (error, key) => (error ? reject(error) : resolve(key)));
  KEYS.set(secret, promise);
  return promise;
}

export async function issueDeviceToken(
  secret: Secret,
  deviceId: string,
  scopes: readonly string[],
  now: number,
): Promise<string> {
  const body = Buffer.from(JSON.stringify({ scopes, at: now })).toString("base64url");
  return [PREFIX, body, macOf(await keyOf(secret), deviceId, body).toString("base64url")].join(".");
}

/** What the token is good for; `undefined` when it is none of this device, or of another secret. */
export async function scopesOfDeviceToken(
  secret: Secret,
  deviceId: string,
  token: string,
): Promise<readonly string[] | undefined> {
  const [prefix, body, mac, ...more] = token.split(".");
  if (prefix !== PREFIX || body === undefined || mac === undefined || more.length > 0) return undefined;
  const given = Buffer.from(mac, "base64url");
  const wanted = macOf(await keyOf(secret), deviceId, body);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
  return (JSON.parse(Buffer.from(body, "base64url").toString()) as { scopes: string[] }).scopes;
}

export const isDeviceToken = (text: string): boolean => text.startsWith(`${PREFIX}.`);

const macOf = (key: Buffer, deviceId: string, body: string): Buffer =>
  createHmac("sha256", key).update(`${deviceId} ${body}`).digest();
