// What lies beside config and stores, for the audit: variables that are written down, lists of providers, old stores, and
// folders of deleted agents. No value leaves it.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { Config } from "../config/config.ts";
import { parseDocument, readBytes } from "../config/document.ts";
import { messageOf } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import { PROVIDERS } from "../providers/all.ts";
import { environmentKeys } from "../providers/env-keys.ts";
import { readDatabase } from "../store/read-database.ts";
import { parseStoreRow } from "../store/store-row.ts";
import type { Finding, Scan } from "./secrets-audit-scan.ts";
import { inDocument, plaintext, scanStore } from "./secrets-audit-scan.ts";

/** Only what a provider or the gateway would take from there counts. */
export function scanDotenv(file: string, config: Config): Scan {
  const bytes = readBytes(file);
  if (!bytes) return absent(file);
  if ("issues" in bytes) return unreadable(file, bytes.issues[0]?.message ?? "cannot be read");
  const values = parseEnv(new TextDecoder().decode(bytes.value));
  const findings = namesIn(values, config).map((name) => plaintext({ file, jsonPath: `$env.${name}` }, name));
  return { file, scanned: true, findings, refs: [] };
}

/** The same for the variables that openclaw.json sets. */
export function scanVariables(file: string, config: Config): Scan {
  const document = documentAt(file);
  const env = isObject(document) && isObject(document["env"]) ? document["env"] : {};
  const vars = isObject(env["vars"]) ? env["vars"] : {};
  const found = (table: JsonObject, path: string) =>
    namesIn(table, config).map((name) => plaintext({ file, jsonPath: `${path}.${name}` }, name));
  return { file, scanned: true, findings: [...found(env, "env"), ...found(vars, "env.vars")], refs: [] };
}

function namesIn(values: Readonly<Record<string, unknown>>, config: Config): string[] {
  const providers = [...PROVIDERS, ...[...config.providers.keys()].map((id) => ({ id, env: [] }))];
  const isSecret = (name: string, value: string): boolean =>
    /^OPENCLAW_GATEWAY_(TOKEN|PASSWORD)$/.test(name) ||
    providers.some((provider) => environmentKeys(provider, { [name]: value }).length > 0);
  return Object.entries(values).flatMap(([name, value]) =>
    isText(value) && isSecret(name, value) ? [name] : [],
  );
}

/** An agent's list of providers, which OpenClaw writes. A reference is none of it: nobody resolves it there. */
export function scanRegistry(file: string): Scan {
  const document = documentAt(file);
  if (!document) return absent(file);
  if (typeof document === "string") return unreadable(file, document);
  const providers = isObject(document["providers"]) ? document["providers"] : {};
  const findings = Object.entries(providers).flatMap(([provider, entry]) => {
    const found = inDocument(file, entry, ["providers", provider]);
    // OpenClaw writes names of variables there, as markers.
    const refs = found.refs
      .filter(({ ref }) => ref.provider !== "")
      .map(({ place }): Finding => ({ code: "REF_UNRESOLVED", severity: "error", ...place, message: STALE }));
    return [...found.findings, ...refs].map((one) => ({ ...one, provider }));
  });
  return { file, scanned: true, findings, refs: [] };
}

const STALE =
  "A reference stands here, where nobody asks for it. Delete the entry; the one in openclaw.json is used.";

/** Stores of old, which only `doctor` reads. */
export function scanLegacy(file: string): Scan {
  const document = documentAt(file);
  if (!document) return absent(file);
  if (typeof document === "string") return unreadable(file, document);
  const entries = isObject(document["profiles"]) ? document["profiles"] : document;
  const findings = Object.entries(entries).flatMap(([id, entry]): Finding[] => {
    const hasKey = isObject(entry) && [entry["key"], entry["apiKey"], entry["token"]].some(isText);
    const provider = isObject(entry) && isText(entry["provider"]) ? entry["provider"] : id.split(":")[0]!;
    const message = "An old store holds a key in plain text. Run: openclaw doctor --fix";
    return hasKey
      ? [{ code: "LEGACY_RESIDUE", severity: "warn", file, jsonPath: id, provider, message }]
      : [];
  });
  return { file, scanned: true, findings, refs: [] };
}

/** The folder of a deleted agent, in the trash. */
export function scanTrashed(folder: string, config: Config): Scan[] {
  const old = ["auth.json", "auth-profiles.json"].map((name) => scanLegacy(join(folder, name)));
  const list = scanRegistry(join(folder, "models.json"));
  const scans = [...old, list, trashedStore(join(folder, "openclaw-agent.sqlite"), config)];
  return scans.map((scan) => ({
    ...scan,
    refs: [],
    credentialsOf: [],
    findings: scan.findings.flatMap(asTrashed),
  }));
}

/** References there are nobody's; a file that was not searched is told as such. */
function asTrashed(finding: Finding): Finding[] {
  if (finding.code === "REF_UNRESOLVED") return finding.jsonPath === ROOT ? [finding] : [];
  const message = "A secret lies in the folder of a deleted agent, in the trash. Empty the trash.";
  return [{ ...finding, code: "LEGACY_RESIDUE", severity: "warn", message }];
}

function trashedStore(file: string, config: Config): Scan {
  if (!existsSync(file)) return absent(file);
  const text = "SELECT store_json AS text FROM auth_profile_store WHERE store_key = 'primary'";
  let row: string | undefined;
  try {
    row = readDatabase(file, (db) => db.prepare(text).get()?.["text"])?.toString();
  } catch (error) {
    return unreadable(file, messageOf(error));
  }
  const profiles = [...parseStoreRow(row).credentials].map(([id, credential]) => ({
    id,
    credential,
    generation: "",
  }));
  return scanStore(file, profiles, config);
}

const isText = (value: unknown): value is string => typeof value === "string" && value.trim() !== "";

const absent = (file: string): Scan => ({ file, scanned: existsSync(file), findings: [], refs: [] });

const ROOT = "<root>";

/** What was not looked into must not pass for clean. */
const unreadable = (file: string, why: string): Scan => ({
  file,
  scanned: true,
  findings: [
    {
      code: "REF_UNRESOLVED",
      severity: "error",
      file,
      jsonPath: ROOT,
      message: `This file was not searched: it ${why}.`,
    },
  ],
  refs: [],
});

/** `undefined` when there is none; what is wrong with it, as a part of a sentence. */
function documentAt(file: string): JsonObject | string | undefined {
  const bytes = readBytes(file);
  if (!bytes) return undefined;
  const parsed = "issues" in bytes ? bytes : parseDocument(bytes.value);
  return "value" in parsed ? parsed.value : (parsed.issues[0]?.message ?? "cannot be read");
}
