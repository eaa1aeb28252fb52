// What an apply leaves on disk while it works, so that one that was cut short can be finished: which places it moves, and
// a fingerprint of what stood there. No secret is in it.
import { createHmac } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../../config/replace-file.ts";
import { isObject, parseObject } from "../../core/json.ts";
import type { GenerationKey } from "../../store/generation.ts";

/** The fingerprints of the secrets that are on their way. */
export type Fingerprints = ReadonlySet<string>;

const fileIn = (globalDir: string): string => join(globalDir, "secrets-apply.json");

/** Of a secret, made with the install key: it says nothing to whoever does not have both. */
export const fingerprint = (key: GenerationKey, value: string): string =>
  createHmac("sha256", key.export())
    .update(`secrets-apply\n${value.trim()}`)
    .digest("base64url")
    .slice(0, 22);

/** Of an apply that was cut short; `undefined` when there was none. */
export function readJournal(globalDir: string): Fingerprints | undefined {
  let text: string;
  try {
    text = readFileSync(fileIn(globalDir), "utf8");
  } catch {
    return undefined;
  }
  const journal = parseObject(text);
  const moved = isObject(journal) && Array.isArray(journal["moved"]) ? journal["moved"] : [];
  return new Set(moved.filter((each) => typeof each === "string"));
}

export async function writeJournal(globalDir: string, moved: Fingerprints): Promise<void> {
  await replaceFile(fileIn(globalDir), `${JSON.stringify({ version: 1, moved: [...moved] })}\n`);
}

export const removeJournal = (globalDir: string): void => rmSync(fileIn(globalDir), { force: true });
