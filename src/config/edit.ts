// Edits of openclaw.json: only the named places change, a reader sees the old file or the new one, and two
// editors at once both get their change in. Files and their modes: fidelity spec §1; what is stamped: §1.2.
import * as disk from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { AccessError } from "../core/errors.ts";
import type { ChangeNote } from "../core/history.ts";
import type { JsonObject } from "../core/json.ts";
import type { ConfigEdit } from "./apply-edits.ts";
import { applyEdits } from "./apply-edits.ts";
import { withConfigLock } from "./config-lock.ts";
import { formatIssue } from "./document.ts";
import { digestOf, placesOf, rememberEdit } from "./history.ts";
import { validateDocument } from "./load.ts";
import type { Paths } from "./paths.ts";
import type { Files } from "./replace-file.ts";
import { removeLeftOvers, replaceFile } from "./replace-file.ts";
import { printNew, rewrite } from "./rewrite.ts";
import { logWrite } from "./write-log.ts";
import { bytesOf, followLink, keepBackup, parseBytes, sameBytes, writable } from "./written-file.ts";

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
  const current = before === undefined ? {} : parseBytes(path, before);
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

const stamps = ({ now, version }: EditOptions): ConfigEdit[] => [
  { path: ["meta", "lastTouchedVersion"], value: version },
  { path: ["meta", "lastTouchedAt"], value: new Date(now).toISOString() },
];

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

const modeOf = (path: string): Promise<number | undefined> =>
  disk.stat(path).then(
    ({ mode }) => mode & 0o777,
    () => undefined,
  );
