// What anyone who may look at a process sees of it: its arguments, and its environment as it was when it started.
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import type { OutsideText } from "../../access/prove/prove.ts";
import { isSecretVariable } from "../../access/prove/gather.ts";
import type { GatewayLock } from "../lifecycle/lock.ts";

export interface Variable {
  readonly name: string;
  readonly value: string;
}

const PROC = "/proc";

export const environmentOf = (pid: number): Variable[] =>
  partsOf(`${PROC}/${pid}/environ`).map((part) => {
    const equals = part.indexOf("=");
    return { name: part.slice(0, equals), value: part.slice(equals + 1) };
  });

export const wordsOf = (pid: number): string[] => partsOf(`${PROC}/${pid}/cmdline`);

/** Those whose names speak of a credential. */
export const secretVariables = (pid: number): Variable[] =>
  environmentOf(pid).filter(({ name, value }) => isSecretVariable(name, value));

/** Of the gateway, its workers, and every program that they have started. */
export function* textsOfProcesses({ pid, workers = [] }: GatewayLock): Generator<OutsideText> {
  const own = new Set([pid, ...workers.map((worker) => worker.pid)]);
  for (const one of familyOf(pid)) yield* textsOf(one, own.has(one));
}

function* textsOf(pid: number, isGateway: boolean): Generator<OutsideText> {
  const words = wordsOf(pid);
  const process = `${pid} ${basename(words[0] ?? "")}`.trim();
  for (const [n, word] of words.entries())
    yield { place: { kind: "argument", process, name: String(n) }, bytes: Buffer.from(word) };
  for (const { name, value } of environmentOf(pid)) {
    const place = { kind: "environment", process, name } as const;
    // Where a person, or a service's file, gave it a credential under the name of one, it belongs.
    const belongs = ({ variables }: { readonly variables: ReadonlySet<string> }) =>
      isGateway && (variables.has(name) || isSecretVariable(name, value));
    yield { place, bytes: Buffer.from(value), belongs };
  }
}

/** It and all that descend from it. */
function familyOf(pid: number): number[] {
  const parents = new Map(pids().map((one) => [one, parentOf(one)]));
  const isOfIt = (one: number | undefined, depth = 0): boolean =>
    one === pid || (one !== undefined && one > 1 && depth < 64 && isOfIt(parents.get(one), depth + 1));
  return [...parents.keys()].filter((one) => isOfIt(one));
}

const pids = (): number[] =>
  readdirSync(PROC)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** Behind the program's name, which may hold anything: state, parent (proc_pid_stat(5)). */
function parentOf(pid: number): number | undefined {
  const stat = textOf(`${PROC}/${pid}/stat`);
  const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  return Number.isInteger(parent) ? parent : undefined;
}

const partsOf = (file: string): string[] =>
  textOf(file)
    .split("\0")
    .filter((part) => part !== "");

/** Empty when it is gone, or somebody else's. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
