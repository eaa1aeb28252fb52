// Edits of openclaw.json: only the named places change, a reader sees the old file or the new one, and two
// editors at once both get their change in. Files and their modes: fidelity spec §1; what is stamped: §1.2.
import * as disk from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { AccessError, messageOf } from "../core/errors.ts";
import type { ChangeNote } from "../core/history.ts";
import type { JsonObject } from "../core/json.ts";
import type { ConfigEdit } from "./apply-edits.ts";
import { applyEdits } from "./apply-edits.ts";
import { withConfigLock } from "./config-lock.ts";
import { formatIssue, invalidConfig, parseDocument, readBytes } from "./document.ts";
import { digestOf, placesOf, rememberEdit } from "./history.ts";
import { validateDocument } from "./load.ts";
import type { Paths } from "./paths.ts";
import type { Files } from "./replace-file.ts";
import { removeLeftOvers, replaceFile } from "./replace-file.ts";
import { logWrite } from "./write-log.ts";

const { readlink, realpath, stat } = disk;

export type { ConfigEdit } from "./apply-edits.ts";
export type ConfigEdits = readonly ConfigEdit[] | ((current: JsonObject) => readonly ConfigEdit[]);

type EditedPaths = Pick<Paths, "configPath" | "globalDir" | "stateDir">;

export interface EditOptions {
  /** ms since epoch, for `meta.lastTouchedAt` */
  readonly now: number;
  /** for `meta.lastTouchedVersion` */
  readonly version: string;
  /** The edit goes into the history, to be taken back. */
  readonly note?: ChangeNote;
  /** Another text to start from than the one that stands there: its comments and layout are the ones kept. */
  readonly base?: (current: Buffer) => string | undefined;
  /** the real disk when left out */
  readonly files?: Files;
}

export interface EditResult {
  readonly path: string;
  /** copy of the file as it was; absent when there was none */
  readonly backup?: string;
  /** `false`: the file already said so, nothing was written */
  readonly changed: boolean;
}

const ATTEMPTS = 8;

/**
 * Applies `edits`, as a function to the document as it is under the lock (it may run again). Durable when
 * the promise resolves.
 *
 * @throws AccessError `config_invalid` when the file is broken or the result would be, `config_conflict`,
 *   `store_unwritable`; the file is then as it was
 */
export async function editConfig(
  paths: EditedPaths,
  edits: ConfigEdits,
  options: EditOptions,
): Promise<EditResult> {
  return withConfigLock(join(paths.globalDir, "locks.sqlite"), async () => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const result = await editOnce(paths, edits, options);
      if (result !== "overtaken") return result;
      await sleep(Math.random() * 50 * (attempt + 1));
    }
    throw new AccessError(
      "config_conflict",
      `${paths.configPath} was changed by another program again and again. Nothing was written; try again.`,
    );
  });
}

/** `overtaken`: a program that does not know our lock wrote the file meanwhile. */
async function editOnce(
  paths: EditedPaths,
  edits: ConfigEdits,
  options: EditOptions,
): Promise<EditResult | "overtaken"> {
  const path = paths.configPath;
  const target = await followLink(path);
  const before = bytesOf(path, target);
  const current = before === undefined ? {} : parse(path, before);
  const wanted = applyEdits(current, typeof edits === "function" ? edits(current) : edits);
  if (isDeepStrictEqual(wanted, current)) return { path, changed: false };
  const next = applyEdits(wanted, stamps(options));
  refuseNewFaults(path, current, next);
  const base = before && (options.base?.(before) ?? before.toString());
  const content = base === undefined ? printNew(next) : await rewrite(path, base, next);
  const { note, now, files = disk } = options;
  const entry = note && {
    ...note,
    at: now,
    ...placesOf(current, next),
    ...(before && { former: before.toString() }),
    from: digestOf(before),
    to: digestOf(content),
  };
  const isUntouched = () => sameBytes(bytesOf(path, target), before);
  return writable(path, async () => {
    await removeLeftOvers(target, now);
    const mode = before && (await modeOf(target));
    const stillWanted = async () => {
      if (before !== undefined) await keepBackup(path, before, files);
      if (entry && isUntouched()) await rememberEdit(paths, entry, now);
      return isUntouched();
    };
    const replaced = await replaceFile(target, content, stillWanted, files);
    if (!replaced) return "overtaken";
    await logWrite(paths, {
      configPath: path,
      now,
      command: note?.because,
      before: before && { bytes: before, mode },
      after: { bytes: Buffer.from(content), mode: await modeOf(target) },
    });
    return { path, changed: true, ...(before === undefined ? {} : { backup: `${path}.bak` }) };
  });
}

function parse(path: string, bytes: Buffer): JsonObject {
  const parsed = parseDocument(bytes);
  if ("issues" in parsed) throw invalidConfig(path, parsed.issues);
  return parsed.value;
}

const stamps = ({ now, version }: EditOptions): ConfigEdit[] => [
  { path: ["meta", "lastTouchedVersion"], value: version },
  { path: ["meta", "lastTouchedAt"], value: new Date(now).toISOString() },
];

const printNew = (document: JsonObject): string => `${JSON.stringify(document, null, 2)}\n`;

/** A file that is broken elsewhere may be edited, also to mend it; an edit must not add a fault. */
function refuseNewFaults(path: string, current: JsonObject, next: JsonObject): void {
  const known = new Set(validateDocument(current).map(formatIssue));
  const added = validateDocument(next)
    .map(formatIssue)
    .filter((fault) => !known.has(fault));
  if (added.length === 0) return;
  throw new AccessError(
    "config_invalid",
    `${path} would be invalid after this change: ${added.join("; ")}. Nothing was written.`,
  );
}

/** The old text with only the changed places rewritten, proven by parsing it again. */
async function rewrite(path: string, source: string, next: JsonObject): Promise<string> {
  // The largest part of the program's editing: loaded when there is something to edit.
  const { patchText } = await import("./json5-patch.ts");
  const mark = source.startsWith("\uFEFF") ? "\uFEFF" : "";
  try {
    const text = mark + patchText(source.slice(mark.length), next);
    if (holds(text, next)) return text;
  } catch {
    // Falls through: a text that cannot be patched is no reason to lose it.
  }
  const plain = printNew(next);
  if (isPlainJson(source.slice(mark.length)) && holds(plain, next)) return plain;
  throw new AccessError(
    "config_invalid",
    `${path} cannot be edited without losing its comments. Make the change by hand.`,
  );
}

function holds(text: string, document: JsonObject): boolean {
  const parsed = parseDocument(Buffer.from(text));
  return "value" in parsed && isDeepStrictEqual(parsed.value, document);
}

function isPlainJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const BACKUPS = ["", ".1", ".2", ".3", ".4"];

/** `.bak` is the newest of five. Nothing hangs on it, so it is not flushed: until the rename the old file stands. */
async function keepBackup(path: string, bytes: Buffer, files: Files): Promise<void> {
  const names = BACKUPS.map((suffix) => `${path}.bak${suffix}`);
  for (let n = names.length - 1; n > 0; n--) {
    await files.rename(names[n - 1]!, names[n]!).catch(ignoreMissing);
  }
  await files.writeFile(names[0]!, bytes, { mode: 0o600, flag: "wx" });
}

const modeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ mode }) => mode & 0o777,
    () => undefined,
  );

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

function bytesOf(path: string, target: string): Buffer | undefined {
  const bytes = readBytes(target);
  if (bytes && "issues" in bytes) throw invalidConfig(path, bytes.issues);
  return bytes?.value;
}

const sameBytes = (a: Buffer | undefined, b: Buffer | undefined): boolean =>
  a === undefined || b === undefined ? a === b : a.equals(b);

/** Where a symbolic link leads, also when nothing is there yet. What cannot be followed is reported by the read. */
async function followLink(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  if (real !== undefined) return real;
  const link = await readlink(path).catch(() => undefined);
  return link === undefined ? path : resolve(dirname(path), link);
}

async function writable<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof AccessError) throw error;
    throw new AccessError(
      "store_unwritable",
      `${path} cannot be written: ${messageOf(error)}. The file is as it was; check the folder's owner, mode and free space.`,
      { cause: error },
    );
  }
}
