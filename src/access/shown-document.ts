// A settings file that is shown, and comes back changed: known by its hash.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { parseDocument, readDocument } from "../config/document.ts";
import { AccessError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";

export const hashOf = (document: JsonObject): string =>
  createHash("sha256").update(JSON.stringify(document)).digest("hex");

/** `undefined` when it cannot be read. */
export function documentIn(path: string): JsonObject | undefined {
  try {
    return readDocument(path);
  } catch {
    return undefined;
  }
}

/** @throws AccessError `bad_input` */
export function documentOf(raw: string): JsonObject {
  const document = parseDocument(Buffer.from(raw));
  if ("value" in document) return document.value;
  const [issue] = document.issues;
  throw new AccessError("bad_input", `raw ${issue?.message ?? "is no JSON5 object"}.`);
}

/**
 * Nobody's change is undone by a person who did not see it.
 *
 * @param read the method that tells the hash
 * @throws AccessError `bad_input`
 */
export function refuseStale(
  current: JsonObject,
  baseHash: string | undefined,
  path: string,
  read: string,
): void {
  if (baseHash === undefined && !existsSync(path)) return;
  if (baseHash === undefined)
    throw new AccessError("bad_input", `baseHash is missing: take it from ${read}, and try again.`);
  if (baseHash === hashOf(current)) return;
  throw new AccessError(
    "bad_input",
    `${path} has changed since it was read. Call ${read} again, and make the change on what it says.`,
  );
}
