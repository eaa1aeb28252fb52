// Sealing and opening the secret fields of one object. Where there is no key, stand-ins take the place of secrets:
// equal for equal secrets, so that all that is compared without them stays the same.
import type { AccessError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Envelope } from "../codec.ts";
import { isStandIn, standInFor } from "../codec.ts";
import type { GenerationKey } from "../generation.ts";
import { fingerprintOf } from "../generation.ts";
import type { SealKey } from "./box.ts";
import { isEnvelope, labelOf } from "./fields.ts";

/** Whose fields they are. */
export interface Owner {
  readonly agent: string;
  readonly id: string;
  readonly provider: string;
}

export interface Keys {
  /** absent: everything stays sealed */
  readonly key: SealKey | undefined;
  readonly install: GenerationKey;
  /** what to throw when a secret is to be sealed without a key */
  readonly missing: () => AccessError;
}

/** Envelopes by their stand-ins and places, so that they can be put back as they were. */
export type StandIns = Map<string, Envelope>;

/** The object with its secrets; those that cannot be opened have stand-ins, which are noted. */
export function openFields<T extends object>(
  fields: T,
  isSecret: (name: string) => boolean,
  owner: Owner,
  keys: Keys,
  standIns: StandIns,
): T {
  const entries = Object.entries(fields);
  const isClosed = (name: string, value: unknown): value is Envelope => isSecret(name) && isEnvelope(value);
  if (!entries.some(([name, value]) => isClosed(name, value))) return fields;
  const opened = entries.map(([name, value]) =>
    isClosed(name, value) ? [name, openOne(name, value, owner, keys)] : [name, value],
  );
  if (opened.every(([, value]) => value !== CLOSED)) return Object.fromEntries(opened) as T;
  // One that is damaged leaves nothing to work with: all of it stays sealed.
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      isClosed(name, value) ? standIn(name, value, owner, standIns) : value,
    ]),
  ) as T;
}

const CLOSED = Symbol("closed");

function openOne(name: string, { sealed }: Envelope, { agent, id }: Owner, { key }: Keys): unknown {
  const text = key?.open(sealed, [agent, id, name]);
  return text === undefined ? CLOSED : (JSON.parse(text) as unknown);
}

function standIn(name: string, envelope: Envelope, owner: Owner, standIns: StandIns): string {
  const text = standInFor(envelope.is);
  standIns.set(keyOf(text, name, owner), envelope);
  return text;
}

const keyOf = (text: string, name: string, { agent, id }: Owner) => JSON.stringify([text, agent, id, name]);

/**
 * The object with its secrets sealed.
 *
 * @throws AccessError `store_sealed` without the key
 */
export function closeFields<T extends object>(
  fields: T,
  isSecret: (name: string) => boolean,
  owner: Owner,
  keys: Keys,
  standIns: StandIns,
): T {
  const closed = Object.entries(fields).map(([name, value]) => {
    if (!isSecret(name) || value === undefined || isEnvelope(value) || isReference(value))
      return [name, value];
    const kept = isStandIn(value) ? standIns.get(keyOf(value, name, owner)) : undefined;
    return [name, kept ?? closeOne(name, value, owner, keys)];
  });
  return Object.fromEntries(closed) as T;
}

/** The name of a variable is no secret. */
const isReference = (value: unknown): boolean =>
  typeof value === "string" && /^\$(\{[A-Za-z_]\w*\}|[A-Za-z_]\w*)$/.test(value);

function closeOne(name: string, value: unknown, owner: Owner, { key, install, missing }: Keys): Envelope {
  if (!key || isStandIn(value)) throw missing();
  const text = JSON.stringify(value);
  const is = digestOf(install, name, value, owner.provider);
  return { sealed: key.seal(text, [owner.agent, owner.id, name]), is, ...labelOf(name, value) };
}

/** A refresh token has its fingerprint, by which its family is found. */
function digestOf(install: GenerationKey, name: string, value: unknown, provider: string): string {
  if (name === "refresh" && typeof value === "string" && value !== "")
    return fingerprintOf(install, { provider, refresh: value });
  const text = `sealed\n${name}\n${JSON.stringify(value)}`;
  return install.digest(text).toString("base64url").slice(0, 22);
}

export const providerOf = (entry: JsonObject): string =>
  typeof entry["provider"] === "string" ? entry["provider"].trim().toLowerCase() : "";
