// A case as it lies in `cases/` (recorded from OpenClaw 2026.7.1) and in `more/` (ours, of the same groups).
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

export interface Case {
  /** `group.name` */
  readonly id: string;
  readonly title?: string;
  readonly tags?: readonly string[];
  readonly env?: Readonly<Record<string, string | null>>;
  /** instead of `.openclaw` */
  readonly stateDir?: string;
  readonly home?: CaseHome;
  /** A provider on loopback, at `{{PORT}}`. */
  readonly server?: { readonly rules: readonly ServerRule[] };
  readonly steps: readonly Step[];
  readonly after?: After;
}

export interface CaseHome {
  readonly config?: unknown;
  /** by path below the home */
  readonly files?: Readonly<Record<string, FileContent>>;
  readonly agents?: Readonly<Record<string, AgentRows>>;
}

export type FileContent =
  | string
  | {
      readonly text?: string;
      readonly json?: unknown;
      readonly hex?: string;
      readonly symlink?: string;
      readonly dir?: true;
      readonly mode?: string;
    };

/** The rows of an agent's database; the texts are for rows that are no JSON. */
export interface AgentRows {
  readonly store?: unknown;
  readonly state?: unknown;
  readonly storeText?: string;
  readonly stateText?: string;
  /** another folder, below the home */
  readonly dir?: string;
}

export interface ServerRule {
  /** patterns of `auth`, `apiKey`, `model` and `path` */
  readonly when?: Readonly<Record<string, string>>;
  readonly do: {
    readonly status?: number;
    readonly json?: unknown;
    readonly text?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly delayMs?: number;
    readonly hang?: true;
    readonly destroy?: true;
    readonly reply?: string;
  };
}

export interface Step {
  readonly argv?: readonly string[];
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string | null>>;
  readonly parallel?: readonly { readonly argv: readonly string[]; readonly stdin?: string }[];
  /** What a person types: each is sent once its pattern was printed. */
  readonly tty?: readonly { readonly after: string; readonly send: string }[];
  readonly expect?: Expected;
  /** Files to write instead of a command. */
  readonly write?: Readonly<Record<string, FileContent>>;
}

export interface Expected {
  readonly exit?: unknown;
  readonly json?: unknown;
  readonly lines?: unknown;
  readonly out?: readonly string[];
  readonly err?: readonly string[];
  readonly both?: readonly string[];
  readonly outLacks?: readonly string[];
  readonly bothLacks?: readonly string[];
}

export interface After {
  readonly config?: unknown;
  readonly store?: Readonly<Record<string, unknown>>;
  readonly state?: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, FileExpected>>;
  /** by pattern of paths below the home */
  readonly globs?: Readonly<Record<string, { count?: number; min?: number; has?: readonly string[] }>>;
  readonly requests?: {
    count?: number;
    min?: number;
    max?: number;
    has?: readonly unknown[];
    none?: unknown;
  };
  /** strings that no file of the state dir may hold */
  readonly nowhere?: readonly string[];
  /** string → the only files that may hold it */
  readonly onlyIn?: Readonly<Record<string, readonly string[]>>;
}

export interface FileExpected {
  readonly exists?: boolean;
  readonly mode?: string;
  readonly json?: unknown;
  readonly has?: readonly string[];
  readonly lacks?: readonly string[];
  readonly text?: string;
}

/** What we do instead, where `docs/differences.md` says so: the parts of the case that it replaces. */
export interface Turned {
  readonly id: string;
  /** by number of the step */
  readonly expect?: Readonly<Record<string, Expected>>;
  readonly after?: After;
}

export const RECORDED: readonly Case[] = casesIn("cases");
export const OURS: readonly Case[] = casesIn("more");
export const TURNED: readonly Turned[] = read("turned.json");
/** Cases of what is not built yet → the issue that builds it. They must fail until then. */
export const AWAITED: Readonly<Record<string, string>> = read("awaited.json");

function casesIn(folder: string): Case[] {
  const files = globSync(`${folder}/*.json`, { cwd: import.meta.dirname }).toSorted();
  return files.flatMap((file) => {
    const group = basename(file, ".json");
    const cases: Case[] = read(file);
    const stray = cases.find(({ id }) => !id.startsWith(`${group}.`));
    if (stray) throw new Error(`${file} holds the case ${stray.id}, which is not of its group.`);
    return cases;
  });
}

function read<T>(file: string): T {
  return JSON.parse(readFileSync(join(import.meta.dirname, file), "utf8")) as T;
}

/** The case with our expectations in place of those that are turned. */
export function turn(recorded: Case, turned: Turned | undefined): Case {
  if (!turned) return recorded;
  const steps = recorded.steps.map((step, index) => {
    const expect = turned.expect?.[String(index)];
    return expect === undefined ? step : { ...step, expect };
  });
  return { ...recorded, steps, ...(turned.after === undefined ? {} : { after: turned.after }) };
}
