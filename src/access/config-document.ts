// openclaw.json as a whole: shown without its secrets, and taken back with their stand-ins in it (OpenClaw docs,
// "Gateway protocol": config.get, config.set, config.patch).
import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { ConfigEdit } from "../config/apply-edits.ts";
import type { ConfigIssue } from "../config/config.ts";
import { parseDocument, readDocument } from "../config/document.ts";
import { configOf, validateConfig, validateDocument } from "../config/load.ts";
import { mergePatch } from "../config/merge-patch.ts";
import { redact } from "../config/redact.ts";
import { restoreRedacted } from "../config/restore-redacted.ts";
import { AccessError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { applyEdits } from "../config/apply-edits.ts";
import { documentIn, documentOf, hashOf, refuseStale } from "./shown-document.ts";
import { loginRefFault } from "./login-ref-fault.ts";
import type { CommandDeps } from "./open-deps.ts";

export interface ConfigSnapshot {
  readonly path: string;
  readonly exists: boolean;
  /** the document as text, its secrets replaced; comments stay in the file */
  readonly raw: string | null;
  readonly parsed: unknown;
  /** of the document: names the state that a change starts from */
  readonly hash: string;
  readonly valid: boolean;
  readonly issues: readonly ConfigIssue[];
  readonly warnings: readonly string[];
}

/** Never throws because of what stands in the file. */
export function configSnapshot(deps: CommandDeps): ConfigSnapshot {
  const { configPath: path } = deps.paths();
  const exists = existsSync(path);
  const issues = validateConfig({ configPath: path });
  const document = documentIn(path);
  const parsed = document && redact(document, []);
  const valid = issues.length === 0;
  return {
    path,
    exists,
    raw: parsed === undefined || !exists ? null : JSON.stringify(parsed, null, 2),
    parsed: parsed ?? {},
    hash: document ? hashOf(document) : "",
    valid,
    issues,
    warnings: valid && document ? configOf(path, document).warnings : [],
  };
}

export interface ConfigChange {
  /** JSON5: the whole document, or with `merge` the part that is to be different */
  readonly raw: string;
  readonly merge: boolean;
  /** of the document that the change starts from */
  readonly baseHash: string | undefined;
  /** arrays that may lose entries, `agents.list` */
  readonly replacePaths?: readonly string[] | undefined;
}

export interface ConfigWritten {
  readonly ok: true;
  readonly path: string;
  readonly changed: boolean;
  readonly hash: string;
  readonly config: unknown;
  readonly backupPath?: string;
}

/**
 * Writes what was asked for, if nobody has changed the config since it was read.
 *
 * @throws AccessError `bad_input`, `config_invalid`, `config_conflict`, `store_unwritable`; nothing is written then
 */
export async function changeConfig(deps: CommandDeps, change: ConfigChange): Promise<ConfigWritten> {
  const paths = deps.paths();
  const given = documentOf(change.raw);
  const decide = (current: JsonObject): ConfigEdit[] => {
    refuseStale(current, change.baseHash, paths.configPath, "config.get");
    const wanted = change.merge ? mergePatch(current, given, change.replacePaths ?? []) : given;
    return editsBetween(current, restoreRedacted(wanted, current));
  };
  // What is refused, or changes nothing, is known before a lock leaves its file behind.
  const before = readDocument(paths.configPath);
  const edits = decide(before);
  if (edits.length === 0) return written(paths.configPath, before, false);
  const fault = await loginRefFault(deps, before, applyEdits(before, edits));
  if (fault !== undefined) throw new AccessError("bad_input", `${fault} Nothing was written.`);
  const { editConfig } = await import("../config/edit.ts");
  const { version, files } = deps;
  const options = { now: deps.now(), version, note: deps.note(), ...(files ? { files } : {}) };
  const { changed, backup } = await editConfig(paths, decide, options);
  return written(paths.configPath, readDocument(paths.configPath), changed, backup);
}

/** What is wrong with a document that is nowhere yet. */
export function faultsOfDocument(raw: string): readonly ConfigIssue[] {
  const document = parseDocument(Buffer.from(raw));
  return "issues" in document ? document.issues : validateDocument(document.value);
}

/** By section: the editor finds the places inside that differ, and leaves all others and their comments alone. */
const editsBetween = (current: JsonObject, wanted: JsonObject): ConfigEdit[] =>
  [...new Set([...Object.keys(current), ...Object.keys(wanted)])]
    .filter((key) => !isDeepStrictEqual(current[key], wanted[key]))
    .map((key) => ({ path: [key], value: wanted[key] }));

const written = (path: string, document: JsonObject, changed: boolean, backup?: string): ConfigWritten => ({
  ok: true,
  path,
  changed,
  hash: hashOf(document),
  config: redact(document, []),
  ...(backup === undefined ? {} : { backupPath: backup }),
});
