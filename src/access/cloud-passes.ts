// A cloud's own credentials, ready for calls: had once for all that wait, and again shortly before they end. They
// live in memory only.
import type { AuthProfile } from "../core/credential.ts";
import type { Failure } from "../core/failure/failure.ts";
import { Secret } from "../core/secret.ts";
import type { Exchanged } from "../oauth/exchange.ts";
import { awsCredentials } from "../secrets/aws-chain.ts";
import { awsRegion } from "../secrets/aws-files.ts";
import type { AwsCredentials } from "../secrets/aws-answer.ts";
import type { Environment } from "../secrets/env.ts";
import type { SigningScope } from "../wire/aws-sigv4.ts";
import { signatureHeaders } from "../wire/aws-sigv4.ts";
import { AWS_SDK } from "./aws-route.ts";

export const isCloud = (keeper: string): boolean => keeper === AWS_SDK;

/** Ends that are nearer than this are not waited for, ms. */
const BEFORE_END_MS = 5 * 60_000;
/** What does not end is looked at again, so that an edit is seen, ms. */
const LOOK_AGAIN_MS = 15 * 60_000;

export class CloudPasses {
  readonly #now: () => number;
  readonly #held = new Map<string, Exchanged>();
  readonly #running = new Map<string, Promise<Failure | undefined>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  held(profile: AuthProfile): Exchanged | undefined {
    return this.#held.get(profile.keptBy!);
  }

  /** Nothing when calls can be made; else resolves when they can, or with why not. */
  ready(profile: AuthProfile, env: Environment): Promise<Failure | undefined> | undefined {
    const keeper = profile.keptBy!;
    const now = this.#now();
    const held = this.#held.get(keeper);
    if (held && held.expiresAt > now + BEFORE_END_MS) return undefined;
    const running = this.#running.get(keeper) ?? this.#renew(keeper, env);
    this.#running.set(keeper, running);
    // What still holds serves while it is renewed.
    return held && held.expiresAt > now ? undefined : running;
  }

  /** It was refused: the next call gets another, if there is another. */
  forget(profile: AuthProfile, used: Exchanged): void {
    if (this.#held.get(profile.keptBy!) === used) this.#held.delete(profile.keptBy!);
  }

  async #renew(keeper: string, env: Environment): Promise<Failure | undefined> {
    try {
      const answer = await awsCredentials(env);
      if ("broken" in answer) return failed(answer.broken);
      this.#held.set(keeper, awsPass(answer.found, env, this.#now));
      return undefined;
    } catch (error) {
      return failed(`AWS's credentials cannot be read: ${(error as Error).message}`);
    } finally {
      this.#running.delete(keeper);
    }
  }
}

const failed = (message: string): Failure => ({ kind: "auth", scope: "account", rotateKey: true, message });

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
