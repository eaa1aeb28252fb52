// access.json as a whole, for a page: shown without its secrets, checked, and taken back with their stand-ins in it.
import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { accessWarnings, validateAccess } from "../config/access-config.ts";
import { parseDocument, readBytes, readDocument } from "../config/document.ts";
import type { EditResult } from "../config/edit.ts";
import { mergePatch } from "../config/merge-patch.ts";
import { redact } from "../config/redact.ts";
import { restoreRedacted } from "../config/restore-redacted.ts";
import type { JsonObject } from "../core/json.ts";
import type { ConfigChange, ConfigSnapshot, ConfigWritten } from "./config-document.ts";
import type { CommandDeps } from "./open-deps.ts";
import { documentOf, hashOf, refuseStale } from "./shown-document.ts";

/** Never throws because of what stands in the file. */
export function accessSnapshot(deps: CommandDeps): ConfigSnapshot {
  const { accessConfigPath: path } = deps.paths();
  const bytes = readBytes(path) ?? { value: Buffer.from("{}") };
  const document = "issues" in bytes ? bytes : parseDocument(bytes.value);
  const exists = existsSync(path);
  if ("issues" in document)
    return {
      path,
      exists,
      raw: null,
      parsed: {},
      hash: "",
      valid: false,
      issues: document.issues,
      warnings: [],
    };
  const issues = validateAccess(document.value);
  const parsed = redact(document.value, []);
  return {
    path,
    exists,
    raw: exists ? JSON.stringify(parsed, null, 2) : null,
    parsed,
    hash: hashOf(document.value),
    valid: issues.length === 0,
    issues,
    warnings: accessWarnings(document.value),
  };
}

/** What is wrong with a document that is nowhere yet. */
export function judgeAccess(raw: string): Pick<ConfigSnapshot, "valid" | "issues" | "warnings"> {
  const document = parseDocument(Buffer.from(raw));
  const issues = "issues" in document ? document.issues : validateAccess(document.value);
  const warnings = "value" in document ? accessWarnings(document.value) : [];
  return { valid: issues.length === 0, issues, warnings };
}

/**
 * Writes what was asked for, if nobody has changed the file since it was read.
 *
 * @throws AccessError `bad_input`, `config_invalid`, `config_conflict`, `store_unwritable`; nothing is written then
 */
export async function changeAccess(deps: CommandDeps, change: ConfigChange): Promise<ConfigWritten> {
  const paths = deps.paths();
  const given = documentOf(change.raw);
  const decide = (current: JsonObject): JsonObject => {
    refuseStale(current, change.baseHash, paths.accessConfigPath, "access.get");
    const wanted = change.merge ? mergePatch(current, given, change.replacePaths ?? []) : given;
    return restoreRedacted(wanted, current);
  };
  // What is refused, or changes nothing, is known before a lock leaves its file behind.
  const before = readDocument(paths.accessConfigPath);
  if (isDeepStrictEqual(decide(before), before)) return written(deps, { changed: false });
  const { editAccess } = await import("../config/edit-access.ts");
  const { files } = deps;
  const options = { now: deps.now(), ...(files ? { files } : {}) };
  return written(deps, await editAccess(paths, decide, options));
}

function written(deps: CommandDeps, { changed, backup }: Omit<EditResult, "path">): ConfigWritten {
  const { path, hash, parsed } = accessSnapshot(deps);
  return {
    ok: true,
    path,
    changed,
    hash,
    config: parsed,
    ...(backup === undefined ? {} : { backupPath: backup }),
  };
}
