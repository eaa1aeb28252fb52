// AWS's own credentials as a route: named by `auth.profiles.<id>.mode: "aws-sdk"`, used where the provider says
// `auth: "aws-sdk"`. What shows that they exist counts as authentication; nothing is called to find out
// (OpenClaw docs, "Amazon Bedrock" and "Config-only auth routes"; requirements 002, "env/profile markers").
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import type { AuthProfile } from "../core/credential.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import { configProfileId, envProfileId } from "../core/ids.ts";
import { PROVIDERS } from "../providers/all.ts";
import type { Environment } from "../secrets/env.ts";
import { withGeneration } from "../store/generation.ts";

export const AWS_SDK = "aws-sdk";

/** Sets of variables of which each shows that AWS can sign, in the order that its tools ask. */
const MARKERS: readonly (readonly string[])[] = [
  ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
  ["AWS_PROFILE"],
  ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"],
  ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"],
  ["AWS_CONTAINER_CREDENTIALS_FULL_URI"],
];
const BEARER = "AWS_BEARER_TOKEN_BEDROCK";

export interface AwsInputs {
  readonly agent: AgentId;
  readonly config: Config;
  readonly env: Environment;
  /** without it no file is looked at */
  readonly home?: string | undefined;
  readonly fingerprint: (material: string) => string;
}

/** The AWS routes of all providers, named and unnamed. Files are read only where a provider asks for them. */
export function* awsProfiles(inputs: AwsInputs): Generator<AuthProfile> {
  const { config, env } = inputs;
  for (const id of providersOnAws(config)) {
    const routed = config.providers.get(id)?.auth === AWS_SDK;
    const named = [...config.profiles].flatMap(([profileId, { provider, mode }]) =>
      mode === AWS_SDK && provider === id ? [profileId] : [],
    );
    for (const profileId of named) yield namedRoute(profileId, id, routed, inputs);
    const variable = variableMarker(env);
    if (named.length > 0 || !(routed || (variable !== undefined && readsVariables(id)))) continue;
    // The bearer key is a credential of its own; it was found as one.
    if (variable !== undefined) yield route(envProfileId(variable, 1), id, "env", inputs);
    else if (!env[BEARER]?.trim() && fileMarker(env, inputs.home))
      yield route(configProfileId(id), id, "config", inputs);
  }
}

/** Providers with a login by AWS's credentials, and whichever the config sends that way. */
const providersOnAws = ({ providers }: Config): ReadonlySet<ProviderId> =>
  new Set([
    ...PROVIDERS.filter(({ logins }) =>
      logins?.some(({ kind, id }) => kind === "cloud" && id === AWS_SDK),
    ).map(({ id }) => id),
    ...[...providers.values()].filter(({ auth }) => auth === AWS_SDK).map(({ id }) => id),
  ]);

/** Whether the provider counts as set up by variables alone. */
const readsVariables = (id: ProviderId): boolean =>
  PROVIDERS.find((provider) => provider.id === id)?.env.includes("AWS_PROFILE") ?? false;

function namedRoute(id: ProfileId, provider: ProviderId, routed: boolean, inputs: AwsInputs): AuthProfile {
  const profile = route(id, provider, "config", inputs);
  if (!routed) return { ...profile, problem: "ineligible_profile" };
  return awsMarker(inputs.env, inputs.home) === undefined
    ? { ...profile, problem: "missing_credential" }
    : profile;
}

const route = (
  id: ProfileId,
  provider: ProviderId,
  source: "env" | "config",
  { agent, env, fingerprint }: AwsInputs,
): AuthProfile =>
  withGeneration({ id, provider, type: "token", source, owner: agent, keptBy: AWS_SDK }, () =>
    fingerprint(`${AWS_SDK} ${env["AWS_ACCESS_KEY_ID"] ?? ""} ${env["AWS_PROFILE"] ?? ""}`),
  );

/** What shows that AWS can sign: a variable's name, or a file. */
export const awsMarker = (env: Environment, home: string | undefined): string | undefined =>
  (env[BEARER]?.trim() ? BEARER : undefined) ?? variableMarker(env) ?? fileMarker(env, home);

const variableMarker = (env: Environment): string | undefined =>
  MARKERS.find((names) => names.every((name) => env[name]?.trim()))?.[0];

/** The file of the AWS tools with a default profile that says how to get credentials. */
function fileMarker(env: Environment, home: string | undefined): string | undefined {
  if (home === undefined) return undefined;
  const folder = join(env["HOME"]?.trim() || home, ".aws");
  const files = [
    env["AWS_SHARED_CREDENTIALS_FILE"]?.trim() || join(folder, "credentials"),
    env["AWS_CONFIG_FILE"]?.trim() || join(folder, "config"),
  ];
  return files.find((file) => hasDefaultProfile(textOf(file)));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

const GIVES_CREDENTIALS =
  /^(aws_access_key_id|credential_process|role_arn|sso_session|sso_start_url|login_session|web_identity_token_file)\s*=\s*\S/;

/** Pure. */
export function hasDefaultProfile(text: string): boolean {
  let inDefault = false;
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[\s*(?:profile\s+)?([^\]]+?)\s*\]/.exec(line);
    if (header) inDefault = header[1] === "default";
    else if (inDefault && GIVES_CREDENTIALS.test(line.trim())) return true;
  }
  return false;
}
