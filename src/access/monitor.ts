// `models auth monitor`: is there anything to do about the credentials in use? One line, for a phone or a log, with
// the exit code of `models status --check`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AccessError, messageOf } from "../core/errors.ts";
import type { AgentId } from "../core/ids.ts";
import { parseObject } from "../core/json.ts";
import type { CommandDeps } from "./open-deps.ts";
import { readStatus } from "./status.ts";
import type { StatusReport, Todo } from "./status-report.ts";

export interface MonitorReport {
  readonly status: "ok" | "failing" | "expiring";
  /** the code of `models status --check` */
  readonly exit: 0 | 1 | 2;
  /** the worst problem and its remedy, or that there is none */
  readonly line: string;
  /** worst first */
  readonly problems: readonly Todo[];
  /** Whether this is news since it was last told; only with `changed`. */
  readonly changed?: boolean;
}

export interface MonitorRequest {
  readonly agent?: string | undefined;
  /** Remember what is told now, and find out whether it was told before. */
  readonly changed: boolean;
  readonly warn?: (sentence: string) => void;
}

const STATUS = { 0: "ok", 1: "failing", 2: "expiring" } as const;

/**
 * What keeps it from looking is the worst problem there is: whoever set a timer must hear of it.
 *
 * @throws AccessError `unknown_agent`
 */
export async function monitorAuth(deps: CommandDeps, request: MonitorRequest): Promise<MonitorReport> {
  const found = await look(deps, request);
  if (!request.changed) return found;
  return { ...found, changed: await isNews(deps, request, found) };
}

async function look(deps: CommandDeps, { agent }: MonitorRequest): Promise<MonitorReport> {
  try {
    const { report, check } = await readStatus(deps, { agent });
    const problems = worstFirst(report);
    return { status: STATUS[check], exit: check, line: lineOf(report, check, problems), problems };
  } catch (error) {
    if (!(error instanceof AccessError) || error.code === "unknown_agent") throw error;
    return { status: "failing", exit: 1, line: oneLine(`openclaw: ${error.message}`), problems: [] };
  }
}

function worstFirst({ todo, auth }: StatusReport): Todo[] {
  const isMissing = ({ provider }: Todo) => auth.missingProvidersInUse.includes(provider);
  return [...todo.filter(isMissing), ...todo.filter((one) => !isMissing(one))];
}

function lineOf({ warnings }: StatusReport, check: 0 | 1 | 2, problems: readonly Todo[]): string {
  const [worst] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more: openclaw models status)` : "";
  if (worst) return oneLine(`openclaw: ${worst.provider}: ${worst.problem}. ${worst.remedy}${more}`);
  if (check === 0) return "openclaw: the credentials of all models in use are well.";
  return oneLine(
    `openclaw: ${warnings[0] ?? "Something in use cannot be used. See: openclaw models status"}`,
  );
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

/** A problem that stays is told again once a day. */
const REMINDER_MS = 24 * 60 * 60_000;
/** Clocks go back as well. */
const isOld = (at: number, now: number): boolean => Math.abs(now - at) >= REMINDER_MS;

async function isNews(deps: CommandDeps, request: MonitorRequest, found: MonitorReport): Promise<boolean> {
  const file = join(deps.paths().globalDir, "access-monitor.json");
  const { agent = "" } = request;
  const told = readTold(file);
  const before = told[agent];
  const now = deps.now();
  const key = keyOf(found);
  // Who is well, and was never told otherwise, has no news.
  const first = before === undefined && key === WELL;
  const same = before?.key === key && (key === WELL || !isOld(before.at, now));
  if (first || same) return false;
  await writeTold(file, { ...told, [agent]: { key, at: now } }, request.warn);
  return true;
}

const WELL = "ok";

/** What is the same problem: lengths of time in its words change from minute to minute. */
const keyOf = ({ status, line, problems }: MonitorReport): string =>
  status === "ok" && problems.length === 0
    ? WELL
    : [status, ...(problems.length > 0 ? problems.map(oneKey) : [line])].join("\n");

const oneKey = ({ provider, problem }: Todo): string => `${provider} ${withoutTimes(problem)}`;

const withoutTimes = (words: string): string =>
  words.replaceAll(/\b\d+ (?:second|minute|hour|day)s?\b/g, "a time");

interface Told {
  readonly key: string;
  /** ms since epoch */
  readonly at: number;
}

/** A file that cannot be understood was told nothing. */
function readTold(file: string): Record<AgentId, Told> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return {};
  }
  const entries = Object.entries(parseObject(text) ?? {}).filter(([, told]) => isTold(told));
  return Object.fromEntries(entries) as Record<AgentId, Told>;
}

const isTold = (value: unknown): value is Told =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as Told).key === "string" &&
  typeof (value as Told).at === "number";

/** Better told twice than not at all. */
async function writeTold(
  file: string,
  told: Record<AgentId, Told>,
  warn: MonitorRequest["warn"],
): Promise<void> {
  const { replaceFile } = await import("../config/replace-file.ts");
  try {
    await replaceFile(file, `${JSON.stringify(told)}\n`);
  } catch (error) {
    warn?.(`${file} cannot be written (${messageOf(error)}): this will be told again.`);
  }
}
