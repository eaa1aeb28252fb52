// The home of a case: written before it, judged after it. Databases are written as OpenClaw leaves them.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { asOpenClaw, textsOf } from "../store/home.ts";
import type { After, AgentRows, CaseHome, FileContent, FileExpected } from "./case.ts";
import { mismatches } from "./match.ts";

export interface Home {
  readonly path: string;
  /** below `path` */
  readonly stateDir: string;
  readonly now: number;
}

export function writeHome(home: Home, { files = {}, config, agents = {} }: CaseHome): void {
  for (const [name, content] of Object.entries(files)) writeContent(join(home.path, name), content);
  if (config !== undefined) writeContent(join(home.path, home.stateDir, "openclaw.json"), { json: config });
  for (const [agent, rows] of Object.entries(agents)) writeAgent(home, agent, rows);
}

export function writeContent(file: string, content: FileContent): void {
  const asked = typeof content === "string" ? { text: content } : content;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (asked.symlink !== undefined) return symlinkSync(asked.symlink, file);
  if (asked.dir) mkdirSync(file, { recursive: true });
  else writeFileSync(file, bytesOf(asked), { mode: 0o600 });
  if (asked.mode !== undefined) chmodSync(file, Number.parseInt(asked.mode, 8));
}

function bytesOf({ text, hex, json }: Exclude<FileContent, string>): string | Buffer {
  if (text !== undefined) return text;
  return hex === undefined ? `${JSON.stringify(json, null, 2)}\n` : Buffer.from(hex, "hex");
}

const databaseOf = (home: Home, agent: string): string =>
  join(home.path, home.stateDir, "agents", agent, "agent", "openclaw-agent.sqlite");

function writeAgent(home: Home, agent: string, rows: AgentRows): void {
  const { dir, store, storeText = store, state, stateText = state } = rows;
  const file = dir === undefined ? databaseOf(home, agent) : join(home.path, dir, "openclaw-agent.sqlite");
  asOpenClaw(file, { store: storeText, state: stateText }, home.now);
  chmodSync(file, 0o600);
}

/** What is otherwise than `after` says, a sentence each. */
export function judgeHome(home: Home, after: After): string[] {
  const { config, store = {}, state = {}, files = {}, globs = {} } = after;
  const listed = listing(home.path);
  return [
    ...(config === undefined ? [] : mismatches(config, configOf(home), "config")),
    ...Object.entries(store).flatMap(([agent, wanted]) => judgeRow(home, agent, "store", wanted)),
    ...Object.entries(state).flatMap(([agent, wanted]) => judgeRow(home, agent, "state", wanted)),
    ...Object.entries(files).flatMap(([name, wanted]) => judgeFile(join(home.path, name), name, wanted)),
    ...Object.entries(globs).flatMap(([pattern, wanted]) => {
      const found = listed.filter((name) => new RegExp(pattern).test(name));
      return judgeFound(home, pattern, found, wanted);
    }),
    ...judgeStrays(home, listed, after),
  ];
}

function configOf({ path, stateDir }: Home): unknown {
  const file = join(path, stateDir, "openclaw.json");
  return existsSync(file) ? parsed(readFileSync(file, "utf8")) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return `no JSON: ${text}`;
  }
}

/** `null` wants no row, or a store row without profiles. */
function judgeRow(home: Home, agent: string, row: "store" | "state", wanted: unknown): string[] {
  const file = databaseOf(home, agent);
  const [store, state] = existsSync(file) ? textsOf(file) : [];
  const text = row === "store" ? store : state;
  const actual = typeof text === "string" ? parsed(text) : undefined;
  if (wanted !== null) return mismatches(wanted, actual, `${row} of ${agent}`);
  const nothing = actual === undefined || (row === "store" && isEmptyStore(actual));
  return nothing ? [] : [`${row} of ${agent}: expected none, got ${JSON.stringify(actual).slice(0, 200)}`];
}

const isEmptyStore = (store: unknown): boolean =>
  Object.keys((store as { profiles?: object }).profiles ?? {}).length === 0;

/** A pattern of a case; `(?i)` at its front ignores case. */
export function patternOf(source: string): RegExp {
  return source.startsWith("(?i)") ? new RegExp(source.slice(4), "im") : new RegExp(source, "m");
}

function judgeFile(file: string, name: string, wanted: FileExpected): string[] {
  const exists = existsSync(file);
  if (wanted.exists === false || !exists)
    return exists === (wanted.exists ?? true) ? [] : [`${name}: ${exists ? "is there" : "is missing"}`];
  const mode = (statSync(file).mode & 0o777).toString(8);
  const text = statSync(file).isFile() ? readFileSync(file, "utf8") : "";
  return [
    ...(wanted.mode === undefined || wanted.mode === mode ? [] : [`${name}: mode ${mode}`]),
    ...(wanted.json === undefined ? [] : mismatches(wanted.json, parsed(text), name)),
    ...(wanted.has ?? []).flatMap((each) => (patternOf(each).test(text) ? [] : [`${name} lacks /${each}/`])),
    ...(wanted.lacks ?? []).flatMap((each) => (patternOf(each).test(text) ? [`${name} has /${each}/`] : [])),
    ...(wanted.text === undefined || wanted.text === text ? [] : [`${name}: its text differs`]),
  ];
}

type Found = { count?: number; min?: number; has?: readonly string[] };

function judgeFound(home: Home, pattern: string, found: readonly string[], wanted: Found): string[] {
  const { count = found.length, min = 0, has = [] } = wanted;
  const wrong = found.length !== count || found.length < min;
  return [
    ...(wrong ? [`/${pattern}/: ${found.length} files (${found.join(", ")})`] : []),
    ...found.flatMap((name) => judgeFile(join(home.path, name), name, { has })),
  ];
}

/** Strings that lie where they must not. */
function judgeStrays(home: Home, listed: readonly string[], { nowhere = [], onlyIn = {} }: After): string[] {
  const isStateFile = (name: string) => name.startsWith(`${home.stateDir}/`);
  return listed.flatMap((name) => {
    const holds = (needle: string) => readFileSync(join(home.path, name)).includes(needle);
    const strays = [
      ...(isStateFile(name) ? nowhere : []),
      ...Object.entries(onlyIn).flatMap(([needle, places]) => (places.includes(name) ? [] : [needle])),
    ];
    return strays.filter(holds).map((needle) => `${name} holds ${needle}`);
  });
}

/** Every file below `folder`, as relative paths. */
function listing(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile()).toSorted();
}
