// `gateway keys`: client keys made, listed and revoked. A running gateway sees each change by itself.
import { hash, randomBytes } from "node:crypto";
import type { Config } from "../config/config.ts";
import { modelNamesOf } from "../config/model-names.ts";
import type { ClientKey, KeyLimits, KeyState } from "../core/client-key.ts";
import { CLIENT_KEY_PREFIX, keyState } from "../core/client-key.ts";
import { AccessError } from "../core/errors.ts";
import type { KeyUse } from "../core/key-use.ts";
import { dayOf, monthOf, NANO, NO_USE, tokensOf } from "../core/key-use.ts";
import { nearest } from "../core/nearest.ts";
import { Secret } from "../core/secret.ts";
import type { ClientKeyStore, KeyUsage } from "../store/client-keys.ts";

export interface KeyDeps {
  readonly now: () => number;
  readonly config: () => Config;
  readonly clientKeys: () => ClientKeyStore;
}

export interface NewKey {
  readonly name: string;
  /** ms since epoch */
  readonly expiresAt?: number;
  readonly models: readonly string[];
  readonly limits: KeyLimits;
}

export interface KeyUseRow {
  readonly requests: number;
  readonly tokens: number;
  readonly dollars: number;
  /** calls whose price is not known, if there were any */
  readonly unpriced?: number;
}

/** A key as it is shown: never its text. */
export interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly state: KeyState;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
  /** absent: all */
  readonly models?: readonly string[];
  readonly limits: KeyLimits;
  readonly usage: {
    readonly today: KeyUseRow;
    readonly month: KeyUseRow;
    readonly total: KeyUseRow;
    readonly lastUsedAt?: string;
  };
}

const MOST_KEYS = 10_000;

/**
 * Makes a key. Its text is in the answer and nowhere else.
 *
 * @throws AccessError `bad_input`, `store_unwritable`
 */
export async function addKey(deps: KeyDeps, wanted: NewKey): Promise<{ row: KeyRow; key: Secret }> {
  const now = deps.now();
  refuseOddName(wanted.name);
  if (wanted.expiresAt !== undefined && wanted.expiresAt <= now)
    throw new AccessError("bad_input", "The key would have expired already. Give a time that is to come.");
  const models = wanted.models.map((text) => knownPattern(text, deps.config()));
  const text = CLIENT_KEY_PREFIX + randomBytes(32).toString("base64url");
  const digest = digestOf(text);
  const key: ClientKey = {
    id: digest
      .replaceAll(/[^a-z0-9]/gi, "")
      .slice(0, 10)
      .toLowerCase(),
    name: wanted.name,
    digest,
    createdAt: now,
    ...(wanted.expiresAt === undefined ? {} : { expiresAt: wanted.expiresAt }),
    ...(models.length > 0 ? { models } : {}),
    limits: wanted.limits,
  };
  await deps.clientKeys().update((keys) => {
    refuseTaken(keys, key, now);
    return [key];
  });
  return { row: keyRow(key, undefined, now), key: new Secret(text) };
}

export const digestOf = (text: string): string => hash("sha256", text, "base64url");

/** @param all those that were revoked, too */
export async function listKeys(deps: KeyDeps, all: boolean): Promise<KeyRow[]> {
  const [keys, usage] = await Promise.all([deps.clientKeys().keys(), deps.clientKeys().usage()]);
  const now = deps.now();
  return keys
    .filter((key) => all || key.revokedAt === undefined)
    .map((key) => keyRow(key, usage.get(key.id), now));
}

/**
 * Ends a key, by its name or id. It stays in the list of all keys, with what it has used.
 *
 * @throws AccessError `bad_input`, `store_unwritable`
 */
export async function revokeKey(deps: KeyDeps, named: string): Promise<KeyRow> {
  const revokedAt = deps.now();
  let revoked: ClientKey | undefined;
  await deps.clientKeys().update((keys) => {
    revoked = { ...keyNamed(keys, named), revokedAt };
    return [revoked];
  });
  const usage = await deps.clientKeys().usage();
  return keyRow(revoked!, usage.get(revoked!.id), revokedAt);
}

function keyNamed(keys: readonly ClientKey[], named: string): ClientKey {
  const usable = keys.filter(({ revokedAt }) => revokedAt === undefined);
  const found = usable.find(({ name }) => name === named) ?? usable.find(({ id }) => id === named);
  if (found) return found;
  if (keys.some(({ name, id }) => name === named || id === named))
    throw new AccessError(
      "bad_input",
      `The key "${named}" was revoked before. List all: openclaw gateway keys list --all`,
    );
  const meant = nearest(
    named,
    usable.map(({ name }) => name),
  );
  const hint = meant === undefined ? "List them: openclaw gateway keys list" : `Did you mean "${meant}"?`;
  throw new AccessError("bad_input", `There is no client key "${named}". ${hint}`);
}

function refuseOddName(name: string): void {
  if (/^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}$/u.test(name)) return;
  throw new AccessError(
    "bad_input",
    `A client key is named by at most 64 letters, digits and . _ @ -, not "${name.slice(0, 80)}".`,
  );
}

function refuseTaken(keys: readonly ClientKey[], { name, id }: ClientKey, now: number): void {
  const taken = keys.some((key) => key.name === name && keyState(key, now) !== "revoked");
  if (taken)
    throw new AccessError(
      "bad_input",
      `There is a client key "${name}" already. Choose another name, or end it: openclaw gateway keys revoke ${name}`,
    );
  if (keys.length >= MOST_KEYS || keys.some((key) => key.id === id))
    throw new AccessError(
      "bad_input",
      `There is no room for another key: at most ${MOST_KEYS} are kept. Try again.`,
    );
}

/** A model, all of a provider, an alias, or an agent. */
function knownPattern(text: string, config: Config): string {
  const pattern = text.trim();
  const { aliases } = modelNamesOf(config);
  const alias = [...aliases.keys()].find((name) => name.toLowerCase() === pattern.toLowerCase());
  if (alias !== undefined) return alias;
  // What could never match would be found out by its owner, in production.
  if (pattern === "openclaw" || /^[^\s/*]+\/[^\s*]*[^\s]$/.test(pattern))
    return refuseUnknownAgent(pattern, config);
  throw new AccessError(
    "bad_input",
    `"${pattern}" is no model. Use provider/model, provider/* or provider/gpt-* (a * at the end alone), an alias, or openclaw/<agent>.`,
  );
}

function refuseUnknownAgent(pattern: string, config: Config): string {
  const agent = /^openclaw\/(.+)$/.exec(pattern)?.[1];
  const ids = config.agents.map(({ id }) => id);
  if (agent === undefined || agent === "*" || agent === "default" || ids.includes(agent)) return pattern;
  throw new AccessError("unknown_agent", `There is no agent "${agent}". Known: ${ids.join(", ")}.`);
}

function keyRow(key: ClientKey, usage: KeyUsage | undefined, now: number): KeyRow {
  const { id, name, createdAt, expiresAt, revokedAt, models, limits } = key;
  const period = (of: string) => useRow(usage?.periods.get(of) ?? NO_USE);
  const lastUsedAt = usage?.lastUsedAt;
  return {
    id,
    name,
    state: keyState(key, now),
    createdAt: iso(createdAt),
    ...(expiresAt === undefined ? {} : { expiresAt: iso(expiresAt) }),
    ...(revokedAt === undefined ? {} : { revokedAt: iso(revokedAt) }),
    ...(models === undefined ? {} : { models }),
    limits,
    usage: {
      today: period(dayOf(now)),
      month: period(monthOf(now)),
      total: useRow(usage?.total ?? NO_USE),
      ...(lastUsedAt === undefined ? {} : { lastUsedAt: iso(lastUsedAt) }),
    },
  };
}

const useRow = (use: KeyUse): KeyUseRow => ({
  requests: use.requests,
  tokens: tokensOf(use),
  dollars: use.nanoDollars / NANO,
  ...(use.unpriced > 0 ? { unpriced: use.unpriced } : {}),
});

const iso = (at: number): string => new Date(at).toISOString();
