// AWS's own credentials without its SDK: variables, the profile, the container's endpoint; what is left goes through
// the SDK's chain where that is installed. Order: as AWS's tools ask.
import { readFileSync } from "node:fs";
import { parseObject } from "../core/json.ts";
import { boundedText, networkWords } from "../wire/http-answer.ts";
import type { AwsAnswer, AwsCredentials } from "./aws-answer.ts";
import { awsKeysIn } from "./aws-answer.ts";
import { awsProfile, profileName } from "./aws-files.ts";
import { profileKeys } from "./aws-profile.ts";
import type { Environment } from "./env.ts";

export type AwsFound = { readonly found: AwsCredentials } | { readonly broken: string };

export async function awsCredentials(env: Environment, signal?: AbortSignal): Promise<AwsFound> {
  for (const source of [variableKeys, profileKeys, containerKeys, sdkKeys]) {
    const answer = await source(env, signal);
    if (!("absent" in answer)) return answer;
  }
  return { broken: nothingFound(env) };
}

function variableKeys(env: Environment): AwsAnswer {
  const accessKeyId = env["AWS_ACCESS_KEY_ID"]?.trim();
  const secretAccessKey = env["AWS_SECRET_ACCESS_KEY"]?.trim();
  const sessionToken = env["AWS_SESSION_TOKEN"]?.trim();
  if (!accessKeyId || !secretAccessKey) return { absent: true };
  return { found: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } };
}

const TIMEOUT_MS = 5000;
const MOST_BYTES = 64 * 1024;

async function containerKeys(env: Environment, signal?: AbortSignal): Promise<AwsAnswer> {
  const address = containerAddress(env);
  if (address === undefined) return { absent: true };
  if ("broken" in address) return address;
  const late = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const authorization = containerToken(env);
    const answer = await fetch(address.url, {
      headers: authorization === undefined ? {} : { authorization },
      redirect: "error",
      signal: signal ? AbortSignal.any([signal, late]) : late,
    });
    const found = awsKeysIn(parseObject((await boundedText(answer, MOST_BYTES)) ?? "") ?? {});
    if (answer.ok && found) return { found };
    return { broken: `The endpoint of the container's AWS credentials answered with HTTP ${answer.status}.` };
  } catch (error) {
    return { broken: `The endpoint of the container's AWS credentials ${networkWords(error, TIMEOUT_MS)}.` };
  }
}

/** Whom the container's token may be told in the clear: this machine, and the two hosts that AWS has for it. */
const NEAR = /^(?:localhost|127\.[\d.]+|\[::1\]|169\.254\.170\.(?:2|23)|\[fd00:ec2::23\])$/;

function containerAddress(env: Environment): { url: string } | { broken: string } | undefined {
  const relative = env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]?.trim();
  const text = relative
    ? `http://169.254.170.2${relative}`
    : env["AWS_CONTAINER_CREDENTIALS_FULL_URI"]?.trim();
  if (!text) return undefined;
  const url = URL.parse(text);
  if (url?.protocol === "https:" || (url?.protocol === "http:" && NEAR.test(url.hostname)))
    return { url: url.href };
  return { broken: "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or an address of this machine." };
}

function containerToken(env: Environment): string | undefined {
  const file = env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]?.trim();
  return file ? readFileSync(file, "utf8").trim() : env["AWS_CONTAINER_AUTHORIZATION_TOKEN"]?.trim();
}

/** An optional peer: 17 MB that most do without. */
const SDK_CHAIN = "@aws-sdk/credential-provider-node";

interface SdkChain {
  defaultProvider(): () => Promise<AwsCredentials & { readonly expiration?: Date }>;
}

async function sdkKeys(): Promise<AwsAnswer> {
  let chain: SdkChain;
  try {
    chain = (await import(SDK_CHAIN)) as SdkChain;
  } catch {
    return { absent: true };
  }
  try {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await chain.defaultProvider()();
    const token = sessionToken === undefined ? {} : { sessionToken };
    const end = expiration === undefined ? {} : { expiresAt: expiration.getTime() };
    return { found: { accessKeyId, secretAccessKey, ...token, ...end } };
  } catch (error) {
    return { broken: `AWS's own chain found no credentials: ${(error as Error).message.slice(0, 200)}` };
  }
}

const ONLY_SDK = ["sso_session", "sso_start_url", "login_session", "role_arn", "web_identity_token_file"];

function nothingFound(env: Environment): string {
  const profile = awsProfile(env);
  const kind = ONLY_SDK.find((name) => profile.has(name));
  if (kind !== undefined)
    return `The AWS profile ${profileName(env)} gets its credentials by ${kind}, which wants ${SDK_CHAIN}: npm install -g ${SDK_CHAIN}`;
  return `No AWS credentials were found: not in AWS_ACCESS_KEY_ID, the profile ${profileName(env)}, or a container. Web identities, SSO and instance roles want ${SDK_CHAIN}: npm install -g ${SDK_CHAIN}`;
}
