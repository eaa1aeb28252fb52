// The history of openclaw.json: what each noted edit changed, with the text as it was, so that it can be taken
// back. A file of our own, mode 600 as the config; written before the config, under the same lock.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { ChangeNote } from "../core/history.ts";
import { changedAt, outdated } from "../core/history.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject, parseObject } from "../core/json.ts";
import type { ConfigEdit } from "./apply-edits.ts";
import { valueAt } from "./config-path.ts";
import type { Path } from "./difference.ts";
import type { Paths } from "./paths.ts";
import { removeLeftOvers, replaceFile } from "./replace-file.ts";

/** One place of the document; `before` or `after` absent: there was nothing. */
export interface ConfigItem {
  readonly path: Path;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface ConfigEntry extends ChangeNote {
  /** ms since epoch */
  readonly at: number;
  readonly items: readonly ConfigItem[];
  /** objects that came only to hold something */
  readonly made: readonly Path[];
  /** the text before; absent when there was no file */
  readonly former?: string;
  /** digests of the text before and after */
  readonly from: string;
  readonly to: string;
}

const MOST_BYTES = 1_000_000;

export const historyFile = ({ globalDir }: Pick<Paths, "globalDir">): string =>
  join(globalDir, "config-history.json");

/** Stands for a text; "" for no file. */
export const digestOf = (bytes: Uint8Array | string | undefined): string =>
  bytes === undefined ? "" : process.getBuiltinModule("node:crypto").hash("sha256", bytes, "base64url");

/**
 * What noted edits changed, oldest first. An edit that a kill stopped short of the config never happened.
 * Creates nothing. A file that cannot be understood counts as none: `historyFault` tells of it.
 */
export function readConfigHistory(
  paths: Pick<Paths, "configPath" | "globalDir">,
  now: number,
): readonly ConfigEntry[] {
  return withinLimits(happened(load(historyFile(paths)), digestOf(bytesAt(paths.configPath))), now);
}

/** What is wrong with the file; nothing when it is well, or not there. */
export function historyFault(paths: Pick<Paths, "globalDir">): string | undefined {
  const file = historyFile(paths);
  const bytes = bytesAt(file);
  const entries = parseObject(bytes?.toString() ?? "")?.["entries"];
  if (Array.isArray(entries) && entries.every(isEntry)) return undefined;
  if (!bytes && !statSync(file, { throwIfNoEntry: false })) return undefined;
  const what = bytes ? "is damaged" : "cannot be read";
  return `${file} ${what}: changes of the config that it held cannot be taken back`;
}

/** Adds an entry. The caller holds the lock of the config; `current` is its text. Durable on return. */
export async function rememberEdit(
  paths: Pick<Paths, "globalDir">,
  entry: ConfigEntry,
  now: number,
): Promise<void> {
  const file = historyFile(paths);
  const earlier = happened(load(file), entry.from);
  const last = earlier.at(-1);
  // What another program overtook is tried again: the attempt before it never stood in the config.
  const overtaken = last?.change === entry.change && last.to !== entry.from;
  const kept = overtaken ? earlier.slice(0, -1) : earlier;
  const entries = withinLimits([...kept, { ...entry, at: changedAt(entry.at, kept.at(-1)?.at) }], now);
  await removeLeftOvers(file, now);
  await replaceFile(file, JSON.stringify({ version: 1, entries }));
}

function happened(entries: readonly ConfigEntry[], current: string): readonly ConfigEntry[] {
  const last = entries.at(-1);
  return last && last.from === current && last.to !== current ? entries.slice(0, -1) : entries;
}

function withinLimits(entries: readonly ConfigEntry[], now: number): readonly ConfigEntry[] {
  const sizes = entries.map((entry) => ({
    change: entry.change,
    at: entry.at,
    size: JSON.stringify(entry).length,
  }));
  const old = outdated(sizes, MOST_BYTES, now);
  return entries.filter(({ change }) => !old.has(change));
}

function load(file: string): readonly ConfigEntry[] {
  const entries = parseObject(bytesAt(file)?.toString() ?? "")?.["entries"];
  return Array.isArray(entries) ? entries.filter(isEntry) : [];
}

function bytesAt(file: string): Buffer | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined;
  } catch {
    return undefined;
  }
}

const isEntry = (value: unknown): value is ConfigEntry =>
  isObject(value) &&
  typeof value["change"] === "string" &&
  typeof value["because"] === "string" &&
  typeof value["at"] === "number" &&
  Array.isArray(value["items"]) &&
  Array.isArray(value["made"]);

/** Stamped by every write. */
const STAMPS: ReadonlySet<string> = new Set(["lastTouchedVersion", "lastTouchedAt"]);
const isStamp = ([section, key]: Path): boolean => section === "meta" && STAMPS.has(String(key));

/** The places at which two documents differ: objects are entered, all else is taken whole. Pure. */
export function placesOf(before: JsonObject, after: JsonObject): Pick<ConfigEntry, "items" | "made"> {
  const items: ConfigItem[] = [];
  const made: Path[] = [];
  const compare = (was: unknown, is: unknown, path: Path): void => {
    if (isDeepStrictEqual(was, is) || isStamp(path)) return;
    if (canEnter(was) && canEnter(is) && !(isEmpty(was) && isEmpty(is))) {
      if (was === undefined) made.push(path);
      const [old, left] = [was ?? {}, is ?? {}] as [JsonObject, JsonObject];
      for (const key of new Set([...Object.keys(old), ...Object.keys(left)]))
        compare(entryOf(old, key), entryOf(left, key), [...path, key]);
      return;
    }
    items.push({ path, ...(was !== undefined && { before: was }), ...(is !== undefined && { after: is }) });
  };
  compare(before, after, []);
  return { items, made };
}

const canEnter = (value: unknown): boolean => value === undefined || isObject(value);
const isEmpty = (value: unknown): boolean => value === undefined || Object.keys(value as object).length === 0;
const entryOf = (object: JsonObject, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined;

/** `left`: as the edit left it; `before`: as it was before the edit; `other`: somebody changed it since. */
export function stateOfItem(document: JsonObject, { path, before, after }: ConfigItem) {
  const value = valueAt(document, path);
  if (isDeepStrictEqual(value, after)) return "left";
  return isDeepStrictEqual(value, before) ? "before" : "other";
}

/** The edits that take an entry back: its places as they were, and no empty objects left behind. Pure. */
export function revertingEdits(document: JsonObject, { items, made }: ConfigEntry): ConfigEdit[] {
  const edits: ConfigEdit[] = items.map(({ path, before }) => ({ path, value: before }));
  const gone = new Set(items.flatMap(({ path, before }) => (before === undefined ? [keyOf(path)] : [])));
  for (const path of made.toReversed()) {
    const held = valueAt(document, path);
    if (!isObject(held) || !Object.keys(held).every((key) => gone.has(keyOf([...path, key])))) continue;
    edits.push({ path, value: undefined });
    gone.add(keyOf(path));
  }
  return edits;
}

const keyOf = (path: Path): string => JSON.stringify(path);
