// openclaw.json, read once and checked by section.
//
// Which faults stop what: every command needs `agents`, `auth`, `models` and `env`, so a fault there, or a
// file that is no JSON5 object, stops the load. `gateway` and `logging` concern only some commands: a fault
// there is a warning, and an error for whoever reads that part of the `Config`. A fault in `secrets` is a
// warning; the references that need the broken part stay unresolved. `validateConfig` reports all of them.
//
// The schemas are valibot's: bundled and tree-shaken they cost about 2 ms of start-up (Node 24).
import { safeParse } from "valibot";
import type { JsonObject } from "../core/json.ts";
import type { Config, ConfigIssue, GatewayConfig } from "./config.ts";
import type { Parsed } from "./document.ts";
import { formatIssue, formatPath, invalidConfig, parseDocument, readBytes } from "./document.ts";
import type { Paths } from "./paths.ts";
import type { SectionName, Sections } from "./schema.ts";
import { SECTIONS } from "./schema.ts";
import { mistypedKeys, unknownKeys } from "./unknown-keys.ts";
import { readAgents, readAuth, readEnv, readGateway, readLogging, readModels } from "./sections.ts";
import { readResolution, readSecretProviders } from "./secret-section.ts";

type Checked = { readonly [S in SectionName]: Parsed<Sections[S]> };

const NEEDED_BY_ALL: readonly SectionName[] = ["agents", "auth", "models", "env"];
const SECTION_NAMES = Object.keys(SECTIONS) as SectionName[];

/**
 * The configuration; defaults when there is no file.
 *
 * @throws AccessError `config_invalid` naming the file and each place in it
 */
export function loadConfig(paths: Pick<Paths, "configPath">): Config {
  const path = paths.configPath;
  const bytes = readBytes(path);
  if (!bytes) return toConfig(path, false, {});
  const document = "issues" in bytes ? bytes : parseDocument(bytes.value);
  if ("issues" in document) throw invalidConfig(path, document.issues);
  return toConfig(path, true, document.value);
}

/**
 * The configuration that a document at `path` would be.
 *
 * @throws AccessError `config_invalid`
 */
export const configOf = (path: string, document: JsonObject): Config => toConfig(path, true, document);

/** Every fault of the file; none when it is absent. Never throws. */
export function validateConfig(paths: Pick<Paths, "configPath">): ConfigIssue[] {
  const bytes = readBytes(paths.configPath);
  if (!bytes) return [];
  const document = "issues" in bytes ? bytes : parseDocument(bytes.value);
  return "issues" in document ? [...document.issues] : validateDocument(document.value);
}

/** Every fault of a document that was parsed already. */
export function validateDocument(document: JsonObject): ConfigIssue[] {
  return issuesOf(checkSections(document), SECTION_NAMES);
}

function toConfig(path: string, exists: boolean, document: JsonObject): Config {
  const checked = checkSections(document);
  const faults = issuesOf(checked, NEEDED_BY_ALL);
  if (faults.length > 0) throw invalidConfig(path, faults);
  const section = <S extends SectionName>(name: S): Sections[S] => {
    const parsed: Parsed<Sections[S]> = checked[name];
    if ("issues" in parsed) throw invalidConfig(path, parsed.issues);
    return parsed.value;
  };
  const parts = [
    readAgents(section("agents")),
    readAuth(section("auth")),
    readModels(section("models")),
  ] as const;
  const elsewhere = SECTION_NAMES.filter((name) => !NEEDED_BY_ALL.includes(name));
  const odd = parts.flatMap(({ warnings }) => warnings);
  let gateway: GatewayConfig | undefined;
  return {
    path,
    exists,
    ...parts[0],
    ...parts[1],
    ...parts[2],
    env: readEnv(section("env")),
    secretProviders: readSecretProviders(document["secrets"]),
    secretLimits: readResolution(document["secrets"]),
    get gatewayMode() {
      return section("gateway").mode ?? "local";
    },
    get gateway() {
      return (gateway ??= readGateway(section("gateway")));
    },
    get logFile() {
      return section("logging").file;
    },
    get logging() {
      return readLogging(section("logging"));
    },
    warnings: [...issuesOf(checked, elsewhere).map(formatIssue), ...odd, ...mistyped(document)],
  };
}

/** In sections that are ours as well; the rest of an OpenClaw config is not mentioned. */
const mistyped = (document: JsonObject): string[] =>
  SECTION_NAMES.flatMap((name) => unknownKeys(SECTIONS[name], document[name], [name], mistypedKeys));

function checkSections(document: JsonObject): Checked {
  const entries = SECTION_NAMES.map((name) => [name, checkSection(name, document[name])]);
  return Object.fromEntries(entries) as Checked;
}

/** An absent section is an empty one: every key in every section may be left out. */
function checkSection(name: SectionName, input: unknown): Parsed<unknown> {
  if (input === undefined) return { value: {} };
  const result = safeParse(SECTIONS[name], input);
  if (result.success) return { value: result.output };
  const issues = result.issues.map(({ path = [], message }) => {
    const keys = path.map((item) => item.key as PropertyKey);
    return { path: formatPath([name, ...keys]), message };
  });
  return { issues };
}

const issuesOf = (checked: Checked, names: readonly SectionName[]): ConfigIssue[] =>
  names.flatMap((name) => {
    const parsed = checked[name];
    return "issues" in parsed ? parsed.issues : [];
  });
