// What an apply leaves on disk while it works, so that one that was cut short can be finished: which places it moves, and
// a fingerprint of what stood there. No secret is in it.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../../config/replace-file.ts";
import { AccessError, messageOf } from "../../core/errors.ts";
import { parseObject } from "../../core/json.ts";
import type { GenerationKey } from "../../store/generation.ts";

/** The fingerprints of the secrets that are on their way. */
export type Fingerprints = ReadonlySet<string>;

const fileIn = (globalDir: string): string => join(globalDir, "secrets-apply.json");

/** Of a secret, made with the install key: it says nothing to whoever does not have both. */
export const fingerprint = (key: GenerationKey, value: string): string =>
  key.digest(`secrets-apply\n${value.trim()}`).toString("base64url").slice(0, 22);

/**
 * Of an apply that was cut short; `undefined` when there was none.
 *
 * @throws AccessError `store_unreadable`: a new journal in its place would forget what the old one names
 */
export function readJournal(globalDir: string): Fingerprints | undefined {
  const file = fileIn(globalDir);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw unreadable(file, messageOf(cause), cause);
  }
  const moved = parseObject(text)?.["moved"];
  if (!Array.isArray(moved) || !moved.every((each) => typeof each === "string"))
    throw unreadable(file, "it holds something else");
  return new Set(moved);
}

const unreadable = (file: string, why: string, cause?: unknown): AccessError =>
  new AccessError(
    "store_unreadable",
    `${file} tells what an apply that was cut short was moving, and cannot be read: ${why}. Mend it, or remove it: copies of those secrets may then stay, which openclaw secrets audit looks for. Nothing was changed.`,
    { cause },
  );

export async function writeJournal(globalDir: string, moved: Fingerprints): Promise<void> {
  await replaceFile(fileIn(globalDir), `${JSON.stringify({ version: 1, moved: [...moved] })}\n`);
}

export const removeJournal = (globalDir: string): void => rmSync(fileIn(globalDir), { force: true });
