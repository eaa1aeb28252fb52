// `config get`, `set` and `unset`: one value of openclaw.json by its path (OpenClaw docs, "Config").
import { isDeepStrictEqual } from "node:util";
import { applyEdits } from "../config/apply-edits.ts";
import type { ConfigEdit } from "../config/apply-edits.ts";
import { fitPath, parseConfigPath, valueAt } from "../config/config-path.ts";
import type { Path } from "../config/difference.ts";
import { formatPath, readDocument } from "../config/document.ts";
import { redact } from "../config/redact.ts";
import { AccessError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { loginRefFault } from "./login-ref-fault.ts";
import type { CommandDeps } from "./open-deps.ts";

/**
 * The value at a path, its secrets replaced.
 *
 * @throws AccessError `bad_input` when there is none, `config_invalid`
 */
export function getValue(deps: CommandDeps, typed: string): unknown {
  const { configPath } = deps.paths();
  const document = readDocument(configPath);
  const path = fitPath(document, parseConfigPath(typed));
  const value = valueAt(document, path);
  if (value === undefined) throw notThere(typed, configPath);
  return redact(value, path);
}

const notThere = (typed: string, configPath: string): AccessError =>
  new AccessError("bad_input", `Config path not found: ${typed}. See what is there: ${configPath}`);

export interface Assigned {
  readonly typed: string;
  /** the value to write, given the one that stands there; `undefined` removes it */
  readonly valueFor: (current: unknown, path: Path) => unknown;
}

export interface ValueReport {
  readonly paths: readonly string[];
  readonly configPath: string;
  readonly changed: boolean;
  readonly backupPath?: string;
}

/**
 * Sets or removes values, all in one edit. A file that is broken elsewhere may be mended this way.
 *
 * @throws AccessError `bad_input`, `config_invalid` when the result would be, `config_conflict`,
 *   `store_unwritable`; nothing is written then
 */
export async function writeValues(deps: CommandDeps, assigned: readonly Assigned[]): Promise<ValueReport> {
  const paths = deps.paths();
  const before = readDocument(paths.configPath);
  const edits = editsFor(before, assigned, paths.configPath);
  const report = { paths: edits.map(({ path }) => formatPath(path)), configPath: paths.configPath };
  // What changes nothing must not leave a lock behind.
  const wanted = applyEdits(before, edits);
  if (isDeepStrictEqual(wanted, before)) return { ...report, changed: false };
  const fault = await loginRefFault(deps, before, wanted);
  if (fault !== undefined) throw new AccessError("bad_input", `${fault} Nothing was written.`);
  const { editConfig } = await import("../config/edit.ts");
  const decide = (document: JsonObject) => editsFor(document, assigned, paths.configPath);
  const { version, files } = deps;
  const options = { now: deps.now(), version, note: deps.note(), ...(files ? { files } : {}) };
  const { changed, backup } = await editConfig(paths, decide, options);
  return { ...report, changed, ...(backup === undefined ? {} : { backupPath: backup }) };
}

export function editsFor(
  document: JsonObject,
  assigned: readonly Assigned[],
  configPath: string,
): ConfigEdit[] {
  const edits: ConfigEdit[] = [];
  let current = document;
  for (const { typed, valueFor } of assigned) {
    const path = fitPath(current, parseConfigPath(typed));
    const old = valueAt(current, path);
    const edit = { path, value: valueFor(old, path) };
    if (edit.value === undefined && old === undefined) throw notThere(typed, configPath);
    edits.push(edit);
    current = applyEdits(current, [edit]);
  }
  return edits;
}
