// Every secret that this installation has: stores of all agents, config, environment, references, keys of its own.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { historyFile, readConfigHistory } from "../../config/history.ts";
import { parseDocument, readBytes } from "../../config/document.ts";
import { secretsIn } from "../../config/redact.ts";
import type { AgentId } from "../../core/ids.ts";
import { messageOf } from "../../core/errors.ts";
import { refKey } from "../../core/secret-ref.ts";
import { SHORTEST_SOUGHT } from "../../core/text-search.ts";
import { referenceIn } from "../../secrets/env.ts";
import { headerOf } from "../../store/seal/databases.ts";
import { tablesOf } from "../../store/schema.ts";
import { readDatabase } from "../../store/read-database.ts";
import { patiently } from "../../store/write-database.ts";
import { trashedFolders } from "../logout-copies.ts";
import type { CommandDeps } from "../open-deps.ts";
import { isCredentialVariable } from "../open-deps.ts";
import { pathOfFile } from "../secrets-apply/files-to-fill.ts";
import { configRefs, storedRefs } from "../secret-refs.ts";
import type { UsedRef } from "../secret-refs.ts";
import type { SealedFile } from "../seal/agent-files.ts";
import { databasesOf } from "../seal/agent-files.ts";
import type { SecretKind, SecretName } from "./known.ts";
import { KnownSecrets } from "./known.ts";

export interface Gathered {
  readonly known: KnownSecrets;
  readonly databases: readonly SealedFile[];
  /** references to programs that were not started */
  readonly notAsked: number;
  /** what could not be had, one sentence each */
  readonly missing: readonly string[];
}

export interface GatherOptions {
  /** Programs of `secrets.providers` are started. */
  readonly allowExec: boolean;
}

export async function gatherSecrets(deps: CommandDeps, { allowExec }: GatherOptions): Promise<Gathered> {
  const known = new KnownSecrets();
  const missing: string[] = [];
  const paths = deps.paths();
  // One that cannot be read is told of when its secrets are asked for.
  const databases = await databasesOf(deps, (at) => headerOf(at).catch(() => undefined));
  const refs: UsedRef[] = [...configRefs(deps.config()), ...gatewayRefs(deps)];
  for (const at of databases) {
    try {
      refs.push(...(await fromStore(deps, at, known, missing)));
    } catch (error) {
      missing.push(messageOf(error));
    }
  }
  for (const file of [paths.configPath, paths.accessConfigPath]) fromDocument(known, file);
  for (const { agent } of databases) {
    fromDocument(known, join(paths.agentDir(agent), "models.json"));
    for (const name of ["auth.json", "auth-profiles.json"])
      fromDocument(known, join(paths.agentDir(agent), name), { former: true });
  }
  fromDocument(known, join(paths.stateDir, "credentials", "oauth.json"), { former: true });
  fromConfigHistory(deps, known);
  fromEnvironment(deps, known);
  fromOwnKeys(deps, known, databases);
  const asked = refs.filter(({ ref }) => allowExec || ref.source !== "exec");
  const notAsked = new Set(refs.filter((ref) => !asked.includes(ref)).map(({ ref }) => refKey(ref))).size;
  await fromReferences(deps, known, missing, asked);
  return { known, databases, notAsked, missing };
}

const STORED: Readonly<Record<string, SecretKind>> = {
  key: "api_key",
  token: "token",
  access: "oauth_access",
  refresh: "oauth_refresh",
};

/** @returns the references of its profiles */
async function fromStore(
  deps: CommandDeps,
  { agent, file, header }: SealedFile,
  known: KnownSecrets,
  missing: string[],
): Promise<UsedRef[]> {
  const place = header ? {} : { home: file };
  const add = (profileId: string, entry: object, former: boolean) => {
    const named = { agentId: agent, profileId, ...(former && ({ former: true } as const)) };
    for (const { value, path } of secretsIn(entry, []))
      known.add(value, { kind: STORED[String(path.at(-1))] ?? "credential_field", ...named }, place);
  };
  const { state } = await deps.store().read(agent, "secrets");
  for (const { id, credential, unopened } of state.profiles) {
    add(id, credential, false);
    if (unopened && unopened.fields.length > 0)
      missing.push(`${agent}: ${id} is sealed, and its key is not here (${unopened.fault ?? "not opened"}).`);
  }
  if (!header) await fromTables(file, agent, known);
  for (const { item } of await deps
    .store()
    .history(agent)
    .catch(() => []))
    if (item.kind === "profile" && item.before?.credential) add(item.id, item.before.credential, true);
  return storedRefs(agent, state.profiles, deps.config());
}

/** Tables of ours that hold what stood, or is about to stand, in OpenClaw's row. */
export const STORE_TABLES: ReadonlyMap<string, string> = new Map([
  ["auth_profile_store", "store_json"],
  ["access_profiles", "written_json"],
  ["access_history", "item_json"],
  ["access_families", "family_json"],
]);

/** Newest tokens of login families, and what was written last: mostly what the row has, sometimes ahead of it. */
async function fromTables(file: string, agentId: AgentId, known: KnownSecrets): Promise<void> {
  await patiently(() =>
    readDatabase(file, (db) => {
      const tables = tablesOf(db);
      for (const [table, column] of STORE_TABLES) {
        if (!tables.has(table)) continue;
        for (const row of db.prepare(`SELECT ${column} AS json FROM ${table}`).iterate())
          for (const { value, path } of secretsIn(parsed(String(row["json"])), []))
            known.add(
              value,
              { kind: STORED[String(path.at(-1))] ?? "credential_field", agentId, former: true },
              { home: file },
            );
      }
    }),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fromDocument(known: KnownSecrets, file: string, more: Pick<SecretName, "former"> = {}): void {
  const bytes = readBytes(file);
  const document = bytes && "value" in bytes ? parseDocument(bytes.value) : undefined;
  if (!document || "issues" in document) return;
  for (const { value, path } of secretsIn(document.value, []))
    known.add(value, { kind: "config", name: path.join("."), ...more }, { home: file });
}

/** Former values of the config, which undoing a change brings back. */
function fromConfigHistory(deps: CommandDeps, known: KnownSecrets): void {
  const paths = deps.paths();
  const home = historyFile(paths);
  const former = { kind: "config", former: true } as const;
  for (const { items, former: text = "" } of readConfigHistory(paths, deps.now())) {
    const document = parseDocument(Buffer.from(text));
    const places = items.flatMap(({ path, before, after }) =>
      [before, after].map((value) => ({ value, path })),
    );
    for (const part of [...places, ...("value" in document ? [{ value: document.value, path: [] }] : [])])
      for (const { value, path } of secretsIn(part.value, part.path))
        known.add(value, { ...former, name: path.join(".") }, { home });
  }
}

/** Names that speak of a credential, also of programs that are none of ours. */
const SECRET_VARIABLE = /(^|_)(API_?KEYS?|ACCESS_KEY|SECRET|TOKEN|PASSWORD|PASSPHRASE|CREDENTIALS?)(_\d+)?$/;
/** A place, not a secret. */
const POINTS_ELSEWHERE = /^([~./]|[A-Za-z]:\\|\w+:\/\/\S+$)/;

export const isSecretVariable = (name: string, value: string): boolean =>
  (isCredentialVariable(name) || SECRET_VARIABLE.test(name)) && !POINTS_ELSEWHERE.test(value);

function fromEnvironment(deps: CommandDeps, known: KnownSecrets): void {
  for (const [name, value = ""] of Object.entries(deps.env()))
    if (isSecretVariable(name, value)) addVariable(known, name, value);
  const bytes = readBytes(deps.paths().dotenvPath);
  const written = bytes && "value" in bytes ? parseEnv(bytes.value.toString()) : {};
  for (const [name, value = ""] of Object.entries(written))
    if (isSecretVariable(name, value)) addVariable(known, name, value, deps.paths().dotenvPath);
}

export function addVariable(known: KnownSecrets, name: string, value: string, home?: string): void {
  const isList = name.endsWith("_API_KEYS");
  for (const one of isList ? value.split(/[,;\s]+/) : [value])
    known.add(one, { kind: "environment", name }, { variable: name, ...(home !== undefined && { home }) });
}

/** What generations are made with, and what sealed stores are sealed with. */
function fromOwnKeys(deps: CommandDeps, known: KnownSecrets, databases: readonly SealedFile[]): void {
  const { globalDir } = deps.paths();
  const installKey = readBytes(join(globalDir, "access.key"));
  if (installKey && "value" in installKey && installKey.value.length >= SHORTEST_SOUGHT) {
    const file = join(globalDir, "access.key");
    known.addBytes(installKey.value, { kind: "install_key", name: file }, file);
  }
  const files = new Map<string, SecretKind>([[join(globalDir, "gateway-token"), "gateway"]]);
  for (const { header } of databases) if (header?.key.kind === "file") files.set(header.key.path, "seal_key");
  for (const [file, kind] of files) known.add(textOf(file), { kind, name: file }, { home: file });
}

function textOf(file: string): string {
  try {
    const text = readFileSync(file, "utf8").trim();
    return text.includes("\ufffd") ? "" : text;
  } catch {
    return "";
  }
}

function gatewayRefs(deps: CommandDeps): UsedRef[] {
  const { auth } = deps.config().gateway;
  return (["token", "password"] as const).flatMap((kind) => {
    const ref = referenceIn(auth[kind]);
    return ref ? [{ ref, place: `gateway.auth.${kind}` }] : [];
  });
}

async function fromReferences(
  deps: CommandDeps,
  known: KnownSecrets,
  missing: string[],
  asked: readonly UsedRef[],
): Promise<void> {
  if (asked.length === 0) return;
  const { resolveRefs } = await import("../../secrets/resolve.ts");
  const { secretProviders: providers, secretLimits: limits } = deps.config();
  const { home } = deps.paths();
  const outcomes = await resolveRefs(
    asked.map(({ ref }) => ref),
    { providers, limits, env: deps.env(), home },
  );
  for (const { ref, place } of asked) {
    const outcome = outcomes.get(refKey(ref));
    if (!outcome) continue;
    if ("problem" in outcome) {
      missing.push(`${place} cannot be had: ${outcome.problem}.`);
      continue;
    }
    const block = providers.get(ref.provider);
    const at =
      ref.source === "env"
        ? { variable: ref.id }
        : block?.source === "file"
          ? { home: pathOfFile(block, home) }
          : {};
    known.add(outcome.found.reveal(), { kind: "reference", name: place }, at);
  }
  fromDotenvHomes(deps, known, asked);
}

/** A variable that a reference names may have any name: where `.env` has it, it belongs. */
function fromDotenvHomes(deps: CommandDeps, known: KnownSecrets, refs: readonly UsedRef[]): void {
  const { dotenvPath } = deps.paths();
  const bytes = readBytes(dotenvPath);
  if (!bytes || "issues" in bytes) return;
  const written = parseEnv(bytes.value.toString());
  for (const { ref } of refs)
    if (ref.source === "env" && written[ref.id]) addVariable(known, ref.id, written[ref.id]!, dotenvPath);
}

/** Folders and files that are the installation's, in the state dir or outside of it. */
export function rootsOf(deps: CommandDeps, databases: readonly SealedFile[]): string[] {
  const paths = deps.paths();
  const besideConfig = siblings(paths.configPath).concat(siblings(paths.accessConfigPath));
  const agents = databases.map(({ agent }) => paths.agentDir(agent));
  return [paths.stateDir, ...agents, ...trashedFolders(paths.home), ...besideConfig];
}

/** A file with its backups, and what a write left over. */
function siblings(file: string): string[] {
  const [folder, name] = [join(file, ".."), file.slice(join(file, "..").length + 1)];
  try {
    return readdirSync(folder)
      .filter((other) => other.startsWith(name) || other.startsWith(`.${name}`))
      .map((other) => join(folder, other));
  } catch {
    return [];
  }
}
