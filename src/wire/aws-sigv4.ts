// AWS's Signature Version 4 in a header. Facts: AWS's public description of the signing process; its published
// test vectors are in the test. In step with the call, because a call is made in one go; no package does that.
import { createHash, createHmac } from "node:crypto";

export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SignedCall {
  readonly method: string;
  readonly host: string;
  /** as it is sent, with its query if it has one */
  readonly path: string;
  /** further headers to sign: lower-case names */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** Where a signature holds. */
export interface SigningScope {
  readonly region: string;
  readonly service: string;
}

/**
 * The headers that a signature adds, as name, value, name, value …
 *
 * @param now ms since epoch
 */
export function signatureHeaders(
  call: SignedCall,
  keys: AwsKeys,
  scope: SigningScope,
  now: number,
): string[] {
  const time = new Date(now).toISOString().replaceAll(/[:-]|\.\d{3}/g, "");
  const added: Record<string, string> = {
    "x-amz-date": time,
    ...(keys.sessionToken === undefined ? {} : { "x-amz-security-token": keys.sessionToken }),
  };
  const headers = Object.entries({ ...call.headers, ...added, host: call.host }).toSorted(byName);
  const names = headers.map(([name]) => name).join(";");
  const question = call.path.indexOf("?");
  const canonical = [
    call.method,
    encodedPath(question === -1 ? call.path : call.path.slice(0, question)),
    question === -1 ? "" : sortedQuery(call.path.slice(question + 1)),
    ...headers.map(([name, value]) => `${name}:${value.trim().replaceAll(/ +/g, " ")}`),
    "",
    names,
    sha256(call.body),
  ].join("\n");
  const day = time.slice(0, 8);
  const credential = `${day}/${scope.region}/${scope.service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", time, credential, sha256(canonical)].join("\n");
  const signature = hmac(signingKey(keys, day, scope), toSign).toString("hex");
  return [
    ...Object.entries(added).flat(),
    "authorization",
    `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${credential}, SignedHeaders=${names}, Signature=${signature}`,
  ];
}

type Pair = readonly [string, string];

const byName = ([a, x]: Pair, [b, y]: Pair): number => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1);

/** Encoded once more than it is sent, as every service but S3 wants it. */
const encodedPath = (path: string): string => path.split("/").map(encoded).join("/") || "/";

const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const sortedQuery = (query: string): string =>
  [...new URLSearchParams(query)]
    .map(([name, value]): Pair => [encoded(name), encoded(value)])
    .toSorted(byName)
    .map(([name, value]) => `${name}=${value}`)
    .join("&");

const sha256 = (data: Buffer | string): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: Buffer | string, text: string): Buffer => createHmac("sha256", key).update(text).digest();

interface DerivedKey {
  readonly of: string;
  readonly key: Buffer;
}

/** Good for a day: derived once for it. */
const DERIVED = new WeakMap<AwsKeys, DerivedKey>();

function signingKey(keys: AwsKeys, day: string, { region, service }: SigningScope): Buffer {
  const of = `${day} ${region} ${service}`;
  const known = DERIVED.get(keys);
  if (known?.of === of) return known.key;
  const key = [day, region, service, "aws4_request"].reduce<Buffer | string>(
    hmac,
    `AWS4${keys.secretAccessKey}`,
  ) as Buffer;
  DERIVED.set(keys, { of, key });
  return key;
}
