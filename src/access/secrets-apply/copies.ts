// Copies of old states in which moved secrets still stand: the undo history of the config, its ring of backups, backups of
// imports and of doctor, the history of stores. And, last, what remains of them anywhere in the state dir.
import { readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { withConfigLock } from "../../config/config-lock.ts";
import { historyFile } from "../../config/history.ts";
import { replaceFile } from "../../config/replace-file.ts";
import { AccessError, messageOf } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { isObject, parseObject } from "../../core/json.ts";
import { writtenForms } from "../../core/secret-forms.ts";
import { scrubDatabase } from "../../store/seal/databases.ts";
import { Keyring } from "../../store/seal/keyring.ts";
import { scrubBackup, scrubHistory } from "../../store/scrub-rows.ts";
import type { CommandDeps } from "../open-deps.ts";
import { filesBelow } from "../prove/files.ts";
import { rootsOf } from "../prove/gather.ts";
import { realPath } from "../prove/known.ts";
import { isDatabase } from "../prove/rows.ts";
import type { SealedFile } from "../seal/agent-files.ts";
import { databasesOf } from "../seal/agent-files.ts";
import { holds, redactedText, withoutSecrets } from "./redact-text.ts";

type Values = ReadonlySet<string>;

/** Kept by `doctor --fix`, by imports of OpenClaw. Others are somebody's own. */
const IMPORTED = /\.(sqlite-import|doctor|legacy-flat(\.\w+)?)\.\d+\.bak$/;
/** Larger files are looked at, and not rewritten. */
const MOST_BYTES = 64 * 1024 * 1024;

/** @returns the files that were changed */
export async function scrubCopies(
  deps: CommandDeps,
  values: Values,
  step: (name: string) => void,
): Promise<string[]> {
  const { globalDir } = deps.paths();
  const changed: string[] = [];
  // Edits move backups along and add to the history.
  await withConfigLock(join(globalDir, "locks.sqlite"), async () => {
    changed.push(...(await scrubConfigHistory(deps, values)));
    step("config history: scrubbed");
    for (const file of await backupsIn(deps)) {
      if (await scrubFile(file, values)) changed.push(file);
      step(`${basename(file)}: scrubbed`);
    }
  });
  for (const { agent, file } of await existing(deps)) {
    if ((await scrubHistory(file, (text) => holds(text, values))) > 0) changed.push(file);
    step(`history of ${agent}: scrubbed`);
  }
  return changed;
}

const existing = async (deps: CommandDeps): Promise<SealedFile[]> =>
  (await databasesOf(deps)).filter(({ file }) => statSync(file, { throwIfNoEntry: false }));

/** @returns stores whose log keeps old pages, because a program holds them open */
export async function vacuum(deps: CommandDeps): Promise<string[]> {
  const hands = { globalDir: deps.paths().globalDir, keyring: new Keyring(deps.seal), now: deps.now };
  const busy: string[] = [];
  for (const at of await existing(deps)) if (!(await scrubDatabase(at, hands))) busy.push(at.file);
  return busy;
}

/** An entry that would bring a secret back goes; in the text of another one it is replaced. */
async function scrubConfigHistory(deps: CommandDeps, values: Values): Promise<string[]> {
  const file = historyFile(deps.paths());
  const document = parseObject(textOf(file) ?? "");
  const entries = document?.["entries"];
  if (!document || !Array.isArray(entries) || !holds(document, values)) return [];
  const kept = (entries as unknown[]).filter(isObject).flatMap((entry) => cleanEntry(entry, values));
  await write(file, JSON.stringify({ ...document, entries: kept }));
  return [file];
}

function cleanEntry(entry: JsonObject, values: Values): JsonObject[] {
  const { former, ...rest } = entry;
  if (holds(rest, values)) return [];
  if (typeof former !== "string") return [entry];
  return [{ ...rest, former: redactedText(former, values) ?? former }];
}

async function backupsIn(deps: CommandDeps): Promise<string[]> {
  const ring = `${realPath(deps.paths().configPath)}.bak`;
  const beside = `${deps.paths().configPath}.bak`;
  const isOne = (file: string) =>
    IMPORTED.test(file) ||
    [ring, beside].some((start) => file.startsWith(start) && /^(\.\d+)?$/.test(file.slice(start.length)));
  const files = filesBelow(rootsOf(deps, await databasesOf(deps)));
  return [...files].flatMap(({ file, fault }) => (fault === undefined && isOne(file) ? [file] : []));
}

/** @returns whether it was changed */
async function scrubFile(file: string, values: Values): Promise<boolean> {
  try {
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? Infinity) > MOST_BYTES) return false;
    if (isDatabase(file)) return await scrubBackupDatabase(file, values);
    const next = redactedText(readFileSync(file, "utf8"), values);
    if (next === undefined) return false;
    await write(file, next);
    return true;
  } catch (error) {
    // The sweep names it.
    if (error instanceof AccessError) throw error;
    return false;
  }
}

async function scrubBackupDatabase(file: string, values: Values): Promise<boolean> {
  const redacted = (text: string): string | undefined => {
    if (!holds(text, values)) return undefined;
    const document = parseObject(text);
    return document ? JSON.stringify(withoutSecrets(document, values)) : redactedText(text, values);
  };
  if (!formsIn(readFileSync(file), formsOf(values))) return false;
  return (await scrubBackup(file, redacted)) > 0;
}

async function write(file: string, text: string): Promise<void> {
  try {
    await replaceFile(file, text);
  } catch (cause) {
    throw new AccessError("store_unwritable", `${file} cannot be written (${messageOf(cause)}).`, { cause });
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

const formsOf = (values: Values): string[] =>
  [...values].flatMap((value) =>
    value.length < 8 ? [JSON.stringify(value)] : writtenForms(value).map(({ text }) => text),
  );

const formsIn = (bytes: Buffer, forms: readonly string[]): boolean =>
  forms.some((form) => bytes.includes(form));

/**
 * Files in which one of the secrets still stands, in any form; those that cannot be read count.
 *
 * @param homes files of `secrets.providers`, where they belong
 */
export async function sweep(deps: CommandDeps, values: Values, homes: readonly string[]): Promise<string[]> {
  if (values.size === 0) return [];
  const forms = formsOf(values);
  const skipped = new Set(homes.map(realPath));
  const found: string[] = [];
  for (const { file, fault } of filesBelow(rootsOf(deps, await databasesOf(deps)))) {
    if (skipped.has(file)) continue;
    if (fault !== undefined || holdsForm(file, forms)) found.push(file);
  }
  return found.toSorted();
}

function holdsForm(file: string, forms: readonly string[]): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) return false;
  if (stat.size > MOST_BYTES) return true;
  try {
    return formsIn(readFileSync(file), forms);
  } catch {
    return true;
  }
}

/** Texts of copies whose fingerprint is one of those: secrets that an apply which was cut short had moved. */
export async function recover(deps: CommandDeps, isOne: (text: string) => boolean): Promise<Set<string>> {
  const found = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value === "string") {
      if (isOne(value)) found.add(value.trim());
    } else if (typeof value === "object" && value !== null) Object.values(value).forEach(look);
  };
  const { parseDocument } = await import("../../config/document.ts");
  const inText = (text: string): void => {
    const parsed = parseDocument(Buffer.from(text));
    if ("value" in parsed) look(parsed.value);
  };
  for (const file of await backupsIn(deps)) inText(textOf(file) ?? "");
  const entries = parseObject(textOf(historyFile(deps.paths())) ?? "")?.["entries"];
  for (const entry of Array.isArray(entries) ? (entries as unknown[]) : []) {
    look(entry);
    if (isObject(entry) && typeof entry["former"] === "string") inText(entry["former"]);
  }
  return found;
}
