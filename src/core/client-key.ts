// Client keys: what an operator gives to one client of the gateway, and what that client may do with it. Pure.
import type { ModelRef } from "./model-ref.ts";
import { formatModelRef } from "./model-ref.ts";

/** Lets scanners of secrets, and people, see what it is. */
export const CLIENT_KEY_PREFIX = "ock_";

/** Most that the key may be used for; absent: no limit. */
export interface KeyLimits {
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  readonly tokensPerDay?: number;
  readonly tokensPerMonth?: number;
  /** US dollars, by catalog prices */
  readonly dollarsPerDay?: number;
  readonly dollarsPerMonth?: number;
}

export interface ClientKey {
  /** of the digest's first characters: tells keys of one name apart, and nothing of the key */
  readonly id: string;
  readonly name: string;
  /**
   * SHA-256 of the key's text, base64url. A slow hash is for secrets that can be guessed; this one has 256 random
   * bits, and it is looked up at every request.
   */
  readonly digest: string;
  /** ms since epoch, as all times here */
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
  /** `provider/model`, the beginning of one with `*` behind it, an alias, `openclaw/<agent>`, `openclaw/*`; absent: all */
  readonly models?: readonly string[];
  readonly limits: KeyLimits;
}

export type KeyState = "active" | "expired" | "revoked";

export function keyState({ expiresAt, revokedAt }: ClientKey, now: number): KeyState {
  if (revokedAt !== undefined) return "revoked";
  return expiresAt !== undefined && expiresAt <= now ? "expired" : "active";
}

/** What a request is about to use. */
export interface Wanted {
  /** the agent's own models are asked for, not a model by name */
  readonly asAgent: boolean;
  readonly agent: string;
  readonly isDefaultAgent: boolean;
  /** models of the plan, first choice first; of an agent: those that the request itself names, if it names one */
  readonly models: readonly ModelRef[];
}

export interface Allowance {
  readonly models: readonly ModelRef[];
}

/**
 * What is left of a plan for a key that may use `patterns` alone: fallbacks that it may not use are left out.
 * `undefined` when it may not use the agent, or the model asked for.
 *
 * @param alias the model behind an alias
 */
export function allowed(
  patterns: readonly string[],
  { asAgent, agent, isDefaultAgent, models }: Wanted,
  alias: (name: string) => string | undefined,
): Allowance | undefined {
  const targets = patterns.map((pattern) => alias(pattern) ?? pattern);
  const agents = new Set(targets.map(agentOf).filter((name) => name !== undefined));
  const mayAgent = agents.has("*") || agents.has(agent) || (isDefaultAgent && agents.has("default"));
  if (asAgent ? !mayAgent : !isDefaultAgent && !mayAgent) return undefined;
  const usable = models.filter((ref) => targets.some((target) => covers(target, ref)));
  if (models.length > 0 && usable[0] !== models[0]) return undefined;
  return { models: usable };
}

/** `openclaw` and `openclaw/default` are the default agent. */
function agentOf(pattern: string): string | undefined {
  if (pattern === "openclaw") return "default";
  return pattern.startsWith("openclaw/") ? pattern.slice("openclaw/".length) : undefined;
}

function covers(pattern: string, ref: ModelRef): boolean {
  const slash = pattern.indexOf("/");
  const canonical = pattern.slice(0, slash).toLowerCase() + pattern.slice(slash);
  const name = formatModelRef(ref);
  return canonical.endsWith("*") ? name.startsWith(canonical.slice(0, -1)) : canonical === name;
}
