// Credentials of a profile: keys that it holds, or that its program prints. Facts: AWS's page on `credential_process`.
import { execFile } from "node:child_process";
import { parseObject } from "../core/json.ts";
import type { AwsAnswer } from "./aws-answer.ts";
import { awsKeysIn } from "./aws-answer.ts";
import { awsProfile, profileName } from "./aws-files.ts";
import type { Environment } from "./env.ts";

/** Keys that the profile holds, or that its program prints. */
export async function profileKeys(env: Environment, signal?: AbortSignal): Promise<AwsAnswer> {
  const profile = awsProfile(env);
  const accessKeyId = profile.get("aws_access_key_id");
  const secretAccessKey = profile.get("aws_secret_access_key");
  const sessionToken = profile.get("aws_session_token");
  if (accessKeyId && secretAccessKey)
    return { found: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } };
  const command = profile.get("credential_process");
  return command ? printedKeys(command, env, signal) : { absent: true };
}

const TIMEOUT_MS = 30_000;
const MOST_BYTES = 64 * 1024;

async function printedKeys(command: string, env: Environment, signal?: AbortSignal): Promise<AwsAnswer> {
  const [program, ...words] = wordsOf(command);
  if (program === undefined) return { absent: true };
  const { promise, resolve } = Promise.withResolvers<AwsAnswer>();
  const options = { env: forPrograms(env), timeout: TIMEOUT_MS, maxBuffer: MOST_BYTES, signal };
  // Its words may hold what it was about to print: only how it ended is told.
  execFile(program, words, options, (error, stdout) => {
    const answer = error ? undefined : awsKeysIn(parseObject(stdout) ?? {});
    if (answer) return resolve({ found: answer });
    const how = error ? `ended with ${error.code ?? error.signal ?? "an error"}` : "printed no credentials";
    resolve({ broken: `The credential_process of the AWS profile ${profileName(env)} ${how}.` });
  });
  return promise;
}

/** No shell reads it: quotes hold words together, and that is all. Pure. */
export const wordsOf = (command: string): string[] =>
  [...command.matchAll(/(?:"([^"]*)"|'([^']*)'|(\S+))/g)].map(([, a, b, c]) => a ?? b ?? c ?? "");

const WANTED =
  /^(?:PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TMPDIR|TERM|SSH_\w+|XDG_\w+|(?:https?|no)_proxy|AWS_\w+)$/i;

/** Keys of AWS's own, which would have served before this profile was looked at, and keys of Bedrock. */
const UNWANTED = /^AWS_(?:BEARER_TOKEN_\w+|SECRET_ACCESS_KEY|SESSION_TOKEN)$/i;

const forPrograms = (env: Environment): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => WANTED.test(name) && !UNWANTED.test(name)));
