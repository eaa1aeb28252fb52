// What a source of AWS credentials answers.
import type { JsonObject } from "../core/json.ts";
import type { AwsKeys } from "../wire/aws-sigv4.ts";

export interface AwsCredentials extends AwsKeys {
  /** ms since epoch; absent when they do not end */
  readonly expiresAt?: number;
}

/** Only `absent` moves on to the next source. */
export type AwsAnswer =
  | { readonly found: AwsCredentials }
  | { readonly absent: true }
  /** one sentence */
  | { readonly broken: string };

/** As programs and container endpoints tell them; the token goes by either name. */
export function awsKeysIn(answer: JsonObject): AwsCredentials | undefined {
  const { AccessKeyId, SecretAccessKey, Expiration } = answer;
  const token = answer["SessionToken"] ?? answer["Token"];
  if (typeof AccessKeyId !== "string" || typeof SecretAccessKey !== "string") return undefined;
  const expiresAt = typeof Expiration === "string" ? Date.parse(Expiration) : Number.NaN;
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(typeof token === "string" && token !== "" ? { sessionToken: token } : {}),
    ...(Number.isNaN(expiresAt) ? {} : { expiresAt }),
  };
}
