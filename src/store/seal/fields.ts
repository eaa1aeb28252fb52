// Which fields of an entry are secrets, and what a sealed one looks like on disk.
import type { JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import { maskSecret } from "../../core/secret.ts";
import type { Envelope } from "../codec.ts";

export const isEnvelope = (value: unknown): value is Envelope =>
  isObject(value) && typeof value["sealed"] === "string" && typeof value["is"] === "string";

/** What OpenClaw's row keeps. */
const STUB: ReadonlySet<string> = new Set(["type", "mode", "provider"]);

/** Known to hold no secret. What we do not know may hold one, and is sealed. */
const CLEAR: ReadonlySet<string> = new Set([
  ...STUB,
  "keyRef",
  "tokenRef",
  "email",
  "displayName",
  "expires",
  "accountId",
  "projectId",
  "clientId",
  "copyToAgents",
]);
/** The same of a set of tokens. */
const CLEAR_OF_TOKENS: ReadonlySet<string> = new Set(["expires", "lifetimeMs", "issued"]);

export const isSecretField = (name: string): boolean => !CLEAR.has(name);
export const isSecretOfTokens = (name: string): boolean => !CLEAR_OF_TOKENS.has(name);

const MATERIAL = ["key", "apiKey", "token", "access", "refresh", "keyRef", "tokenRef"] as const;

/** Whether the entry is a credential of its own: nothing of what was sealed belongs to it. */
export const hasMaterial = (entry: unknown): boolean =>
  isObject(entry) && MATERIAL.some((name) => entry[name] !== undefined && entry[name] !== "");

/** Whether there is something in it that is to be sealed. */
export const hasSecrets = (entry: unknown): boolean =>
  isObject(entry) ? Object.keys(entry).some(isSecretField) : entry !== null && entry !== "";

/** The entry as OpenClaw sees it: a credential that is missing. */
export const stubOf = (entry: unknown): JsonObject =>
  Object.fromEntries(
    Object.entries(isObject(entry) ? entry : {}).filter(
      ([name, value]) => STUB.has(name) && typeof value === "string",
    ),
  );

const LABELLED: ReadonlySet<string> = new Set(["key", "apiKey", "token"]);

/** As status shows it. Markers are no secrets, and shown as they are. */
export function labelOf(name: string, value: unknown): { label?: string } {
  if (!LABELLED.has(name) || typeof value !== "string") return {};
  return { label: maskSecret(value.trim()) };
}

/** An entry that is no object, or one whose secrets cannot be told from the rest, is sealed as a whole. */
export const WHOLE = "\u0000entry";
