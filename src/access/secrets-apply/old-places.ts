// The old places of moved secrets that programs still read: `.env`, the config's variables, models.json, old stores.
// What only such a place gives to somebody stays, and is told.
import { join } from "node:path";
import { parseEnv } from "node:util";
import { isDeepStrictEqual } from "node:util";
import { parseDocument, readBytes } from "../../config/document.ts";
import { patchText } from "../../config/json5-patch.ts";
import { replaceFile } from "../../config/replace-file.ts";
import { AccessError, messageOf } from "../../core/errors.ts";
import type { AgentId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import type { Edit } from "../config-edit.ts";
import type { CommandDeps } from "../open-deps.ts";
import type { Cover } from "./moved.ts";
import { coversHeader, reaches, variableIsCovered } from "./moved.ts";

/** What a key is that is managed elsewhere, as OpenClaw writes it. */
const MARKER = "secretref-managed";

/** @param needed variables that references read @returns the file, if it was changed */
export async function scrubDotenv(
  deps: CommandDeps,
  cover: Cover,
  needed: ReadonlySet<string>,
): Promise<string | undefined> {
  const { dotenvPath } = deps.paths();
  return rewrite(dotenvPath, (text) => {
    const values = parseEnv(text);
    const gone = Object.entries(values).flatMap(([name, value = ""]) =>
      !needed.has(name) && value.trim() !== "" && variableIsCovered(cover, name, value) ? [name] : [],
    );
    const left = withoutVariables(text, gone);
    const kept = Object.fromEntries(Object.entries(values).filter(([name]) => !gone.includes(name)));
    // A value of several lines and the like: better left, and told, than torn.
    return isDeepStrictEqual({ ...parseEnv(left) }, kept) ? left : text;
  });
}

function withoutVariables(text: string, names: readonly string[]): string {
  const lines = text.split(/(?<=\n)/);
  return lines
    .filter((line) => !names.includes(/^\s*(?:export\s+)?([\w.-]+)\s*=/.exec(line)?.[1] ?? ""))
    .join("");
}

/** Edits that take covered variables out of the config's section `env`. */
export function variableEdits(document: JsonObject, cover: Cover, needed: ReadonlySet<string>): Edit[] {
  const env = isObject(document["env"]) ? document["env"] : {};
  const vars = isObject(env["vars"]) ? env["vars"] : {};
  const edits = (table: JsonObject, path: readonly string[]): Edit[] =>
    Object.entries(table).flatMap(([name, value]) =>
      typeof value === "string" && !needed.has(name) && variableIsCovered(cover, name, value)
        ? [{ path: [...path, name], value: undefined }]
        : [],
    );
  return [...edits(env, ["env"]), ...edits(vars, ["env", "vars"])];
}

/** An agent's list of providers. @returns the file, if it was changed */
export const scrubRegistry = (deps: CommandDeps, agent: AgentId, cover: Cover): Promise<string | undefined> =>
  rewriteDocument(join(deps.paths().agentDir(agent), "models.json"), (document) => {
    const providers = isObject(document["providers"]) ? document["providers"] : {};
    const cleaned = Object.entries(providers).map(([id, entry]) => {
      if (!isObject(entry)) return [id, entry];
      const { apiKey, headers } = entry;
      const isMoved = typeof apiKey === "string" && reaches(cover, apiKey.trim(), id, agent);
      const names = isObject(headers) ? Object.entries(headers) : [];
      const moved = names.filter(
        ([name, value]) => typeof value === "string" && coversHeader(cover, id, name, value.trim()),
      );
      return [
        id,
        {
          ...entry,
          ...(isMoved && { apiKey: MARKER }),
          ...(moved.length > 0 && {
            headers: {
              ...(headers as JsonObject),
              ...Object.fromEntries(moved.map(([name]) => [name, MARKER])),
            },
          }),
        },
      ];
    });
    return {
      ...document,
      ...(isObject(document["providers"]) && { providers: Object.fromEntries(cleaned) }),
    };
  });

/** Old stores, which only `doctor` reads: keys that were moved are not imported again. @returns changed files */
export async function scrubLegacy(deps: CommandDeps, agent: AgentId, cover: Cover): Promise<string[]> {
  const changed: string[] = [];
  for (const name of ["auth.json", "auth-profiles.json"]) {
    const file = join(deps.paths().agentDir(agent), name);
    const done = await rewriteDocument(file, (document) => {
      const { profiles } = document;
      if (isObject(profiles)) return { ...document, profiles: withoutMoved(profiles, cover, agent) };
      return withoutMoved(document, cover, agent);
    });
    if (done !== undefined) changed.push(done);
  }
  return changed;
}

const withoutMoved = (entries: JsonObject, cover: Cover, agent: AgentId): JsonObject =>
  Object.fromEntries(
    Object.entries(entries).filter(([id, entry]) => {
      if (!isObject(entry)) return true;
      const secret = [entry["key"], entry["apiKey"], entry["token"]].find((each) => typeof each === "string");
      const provider = typeof entry["provider"] === "string" ? entry["provider"] : id.split(":")[0]!;
      return typeof secret !== "string" || !reaches(cover, secret.trim(), provider, agent);
    }),
  );

const rewriteDocument = (
  file: string,
  cleaned: (document: JsonObject) => JsonObject,
): Promise<string | undefined> =>
  rewrite(file, (text) => {
    const parsed = parseDocument(Buffer.from(text));
    if ("issues" in parsed) return text;
    const next = cleaned(parsed.value);
    return isDeepStrictEqual(next, parsed.value) ? text : patchText(text, next);
  });

/** Whole or not at all. What cannot be read stays. */
async function rewrite(file: string, cleaned: (text: string) => string): Promise<string | undefined> {
  const bytes = readBytes(file);
  if (!bytes || "issues" in bytes) return undefined;
  const text = bytes.value.toString();
  const next = cleaned(text);
  if (next === text) return undefined;
  try {
    const isUntouched = async () => isDeepStrictEqual(readBytes(file), bytes);
    return (await replaceFile(file, next, isUntouched)) ? file : undefined;
  } catch (cause) {
    throw new AccessError("store_unwritable", `${file} cannot be written (${messageOf(cause)}).`, { cause });
  }
}
