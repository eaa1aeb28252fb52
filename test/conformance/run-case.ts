// Runs one case and says what was otherwise than it expects.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Said } from "../support/cli.ts";
import type { Case, Expected, Step } from "./case.ts";
import type { Door } from "./doors.ts";
import type { Home } from "./home.ts";
import { judgeHome, patternOf, writeContent, writeHome } from "./home.ts";
import { mismatches } from "./match.ts";
import type { Places } from "./placeholders.ts";
import { fill } from "./placeholders.ts";
import { closedPort, startProvider } from "./provider.ts";

/** @returns a sentence for each fault; none when the case holds */
export async function runCase(recorded: Case, door: Door): Promise<string[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "case-")));
  const provider = recorded.server ? await startProvider() : undefined;
  try {
    const home = join(folder, "home");
    const cwd = join(folder, "cwd");
    mkdirSync(home);
    mkdirSync(cwd);
    const places = { home, port: provider?.port ?? (await closedPort()), now: Date.now() };
    const filled = fill(recorded, places);
    provider?.answer(filled.server?.rules ?? []);
    const faults = await runFilled(filled, { places, cwd, door });
    const { requests } = filled.after ?? {};
    return requests && provider ? [...faults, ...provider.judge(requests)] : faults;
  } finally {
    await provider?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Surroundings {
  readonly places: Places;
  readonly cwd: string;
  readonly door: Door;
}

async function runFilled(filled: Case, surroundings: Surroundings): Promise<string[]> {
  const { home: path, now } = surroundings.places;
  const home: Home = { path, stateDir: filled.stateDir ?? ".openclaw", now };
  writeHome(home, filled.home ?? {});
  const faults: string[] = [];
  for (const [index, step] of filled.steps.entries())
    faults.push(...(await runStep(filled, step, surroundings)).map((fault) => `step ${index}: ${fault}`));
  return [...faults, ...judgeHome(home, filled.after ?? {})];
}

async function runStep(filled: Case, step: Step, { places, cwd, door }: Surroundings): Promise<string[]> {
  for (const [name, content] of Object.entries(step.write ?? {}))
    writeContent(join(places.home, name), content);
  if (step.write) return [];
  const env = environment(places.home, { ...filled.env, ...step.env });
  const runs = step.parallel ?? [
    { argv: step.argv ?? [], ...(step.stdin === undefined ? {} : { stdin: step.stdin }) },
  ];
  const answers = await Promise.all(
    runs.map(({ argv, stdin = "" }) => door({ argv, stdin, env, cwd, tty: step.tty })),
  );
  const { exit, ...rest } = step.expect ?? {};
  return [
    ...answers.flatMap((said) => (exit === undefined ? [] : exitFaults(exit, said))),
    ...answers.slice(0, 1).flatMap((said) => outputFaults(rest, said)),
  ];
}

/** What a login shell gives, and what keeps a case from the machine that it runs on. `null` takes one away. */
function environment(home: string, own: Readonly<Record<string, string | null>>): Record<string, string> {
  const all = {
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: home,
    TERM: "dumb",
    NO_COLOR: "1",
    LANG: "C.UTF-8",
    TZ: "UTC",
    SHELL: "/bin/bash",
    ...own,
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
}

const exitFaults = (wanted: unknown, { exit, err }: Said): string[] =>
  mismatches(wanted, exit, "exit").map((fault) => (err === "" ? fault : `${fault} (${err.trim()})`));

function outputFaults(wanted: Omit<Expected, "exit">, { out, err }: Said): string[] {
  const both = `${out}\n${err}`;
  const lines = out.split("\n").filter((line) => line.trim() !== "");
  return [
    ...(wanted.json === undefined ? [] : jsonFaults(wanted.json, out)),
    ...(wanted.lines === undefined ? [] : mismatches(wanted.lines, lines, "lines")),
    ...lacking(wanted.out, out, "stdout"),
    ...lacking(wanted.err, err, "stderr"),
    ...lacking(wanted.both, both, "the output"),
    ...holding(wanted.outLacks, out, "stdout"),
    ...holding(wanted.bothLacks, both, "the output"),
  ];
}

function jsonFaults(wanted: unknown, out: string): string[] {
  try {
    return mismatches(wanted, JSON.parse(out), "json");
  } catch {
    return [`stdout is no JSON: ${out.slice(0, 200)}`];
  }
}

const lacking = (patterns: readonly string[] = [], text: string, where: string): string[] =>
  patterns
    .filter((pattern) => !patternOf(pattern).test(text))
    .map((pattern) => `${where} lacks /${pattern}/: ${text.slice(0, 300)}`);

const holding = (patterns: readonly string[] = [], text: string, where: string): string[] =>
  patterns.filter((pattern) => patternOf(pattern).test(text)).map((pattern) => `${where} has /${pattern}/`);
