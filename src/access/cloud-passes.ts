// A cloud's own credentials, ready for calls: had once for all that wait, and again shortly before they end. They
// live in memory only.
import { readFile } from "node:fs/promises";
import type { AccessConfig } from "../config/config.ts";
import type { AuthProfile } from "../core/credential.ts";
import { messageOf } from "../core/errors.ts";
import type { Failure } from "../core/failure/failure.ts";
import type { ProviderId } from "../core/ids.ts";
import { parseObject } from "../core/json.ts";
import { Secret } from "../core/secret.ts";
import type { Exchanged } from "../oauth/exchange.ts";
import type { AdcAnswer } from "../oauth/google-adc.ts";
import { googleToken } from "../oauth/google-adc.ts";
import { awsCredentials } from "../secrets/aws-chain.ts";
import { awsRegion } from "../secrets/aws-files.ts";
import type { AwsCredentials } from "../secrets/aws-answer.ts";
import type { Environment } from "../secrets/env.ts";
import type { SigningScope } from "../wire/aws-sigv4.ts";
import { signatureHeaders } from "../wire/aws-sigv4.ts";
import { AWS_SDK } from "./aws-route.ts";
import { adcFile } from "./gcloud-route.ts";
import { addressFault, filledAddress } from "./provider-address.ts";

/** Ends that are nearer than this are not waited for, ms. */
const BEFORE_END_MS = 5 * 60_000;
/** What does not end is looked at again, so that an edit is seen, ms. */
const LOOK_AGAIN_MS = 15 * 60_000;
/** After a renewal that failed, ms: behind the calls, and while calls wait for it. */
const REST_MS = 30_000;
const SHORT_REST_MS = 2000;

export interface CloudOptions {
  readonly settings: () => AccessConfig["oauth"];
  readonly now: () => number;
}

export class CloudPasses {
  readonly #options: CloudOptions;
  readonly #held = new Map<string, Exchanged>();
  readonly #running = new Map<string, Promise<Failure | undefined>>();
  readonly #failed = new Map<string, { readonly at: number; readonly failure: Failure }>();

  constructor(options: CloudOptions) {
    this.#options = options;
  }

  held(profile: AuthProfile): Exchanged | undefined {
    return this.#held.get(keyOf(profile));
  }

  /** Nothing when calls can be made; else resolves when they can, or with why not. */
  ready(profile: AuthProfile, env: Environment): Promise<Failure | undefined> | undefined {
    const key = keyOf(profile);
    const now = this.#options.now();
    const held = this.#held.get(key);
    if (held && held.expiresAt > now + BEFORE_END_MS) return undefined;
    const serves = held !== undefined && held.expiresAt > now;
    const failed = this.#failed.get(key);
    const rests = failed && now - failed.at < (serves ? REST_MS : SHORT_REST_MS);
    if (rests) return serves ? undefined : Promise.resolve(failed.failure);
    const running = this.#running.get(key) ?? this.#renew(key, profile, env);
    this.#running.set(key, running);
    // What still holds serves while it is renewed.
    return serves ? undefined : running;
  }

  /** It was refused: the next call gets another, if there is another. */
  forget(profile: AuthProfile, used: Exchanged): void {
    const key = keyOf(profile);
    if (this.#held.get(key) === used) this.#held.delete(key);
  }

  async #renew(key: string, profile: AuthProfile, env: Environment): Promise<Failure | undefined> {
    const fault = await this.#obtain(key, profile, env).catch(
      (error: unknown) => `The credentials of ${profile.provider} cannot be had: ${messageOf(error)}`,
    );
    this.#running.delete(key);
    this.#failed.delete(key);
    if (fault === undefined) return undefined;
    // Nothing was sent, so it is no evidence: nothing is barred for it.
    const failure: Failure = { kind: "unknown", scope: "account", rotateKey: true, message: fault };
    this.#failed.set(key, { at: this.#options.now(), failure });
    return failure;
  }

  /** What is wrong, in a sentence. */
  async #obtain(key: string, { keptBy, provider }: AuthProfile, env: Environment) {
    const { now, settings } = this.#options;
    const answer =
      keptBy === AWS_SDK ? await awsCredentials(env) : await adc(env, now, settings()[provider]?.tokenUrl);
    if ("broken" in answer) return answer.broken;
    const pass = "found" in answer ? awsPass(answer.found, env, now) : vertexPass(provider, answer, env);
    if (typeof pass === "string") return pass;
    this.#held.set(key, pass);
    return undefined;
  }
}

const keyOf = ({ keptBy, provider }: AuthProfile): string => `${keptBy} ${provider}`;

async function adc(env: Environment, now: () => number, tokenUrl: string | undefined): Promise<AdcAnswer> {
  const file = adcFile(env);
  const credentials = file === undefined ? undefined : parseObject(await readFile(file, "utf8"));
  return credentials
    ? googleToken(credentials, now, tokenUrl)
    : {
        broken:
          "Google's default credentials cannot be read. Make them: gcloud auth application-default login",
      };
}

const VERTEX_PATH = "/v1/projects/{project}/locations/{location}/publishers/";

/** Where the token is good: a project's own path, unless the config names another place. */
function vertexPass(
  provider: ProviderId,
  { secret, expiresAt, project }: Exclude<AdcAnswer, { broken: string }>,
  env: Environment,
): Exchanged | string {
  const address = `https://{location}-aiplatform.googleapis.com${VERTEX_PATH}${provider === "anthropic-vertex" ? "anthropic" : "google"}`;
  const known = { ...(project === undefined ? {} : { GCLOUD_PROJECT: project }), ...env };
  const baseUrl = filledAddress(address, known);
  return baseUrl === undefined ? addressFault(provider, address, known)! : { secret, expiresAt, baseUrl };
}

function awsPass(keys: AwsCredentials, env: Environment, now: () => number): Exchanged {
  const region = awsRegion(env);
  const { sessionToken } = keys;
  return {
    secret: new Secret(keys.secretAccessKey),
    ...(sessionToken === undefined ? {} : { further: [new Secret(sessionToken)] }),
    // Renewal comes `BEFORE_END_MS` sooner.
    expiresAt: keys.expiresAt ?? now() + LOOK_AGAIN_MS + BEFORE_END_MS,
    sign: (call) => signatureHeaders(call, keys, scopeOf(call.host, region), now()),
  };
}

/** The host says where a signature must hold; a proxy's says nothing. */
export function scopeOf(host: string, region: string): SigningScope {
  const [, service, place] =
    /^(bedrock[a-z-]*?)(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com|api\.aws|amazonaws\.com\.cn)$/.exec(
      host,
    ) ?? [];
  return { region: place ?? region, service: service === "bedrock-mantle" ? service : "bedrock" };
}
