// Says what must have come of a run. It reads the script and what the upstream did, and nothing of the program.
import { PROTOCOLS } from "../support/protocols.ts";
import type { Fault, Gives } from "./faults.ts";
import type { Seen } from "./client.ts";
import type { Told } from "./reading.ts";
import { readAnswer } from "./reading.ts";
import type { RunSpec } from "./world.ts";
import { candidatesOf } from "./world.ts";

/** One call at the upstream. */
export interface Served {
  readonly run: number;
  readonly fault: Fault;
  /** Its text begins with this, and no other text does. */
  readonly text: string;
  readonly streamed: boolean;
}

export interface Verdict {
  readonly told: Told;
  /** Some candidate of the script answers every time. */
  readonly healthy: boolean;
  /** … and nothing may have come before it that the client had to be shown. */
  readonly owed: boolean;
  /** It was owed an answer and got none, while the machine stood still. */
  readonly excused: boolean;
  /** What is wrong, in words; nothing when all is well. */
  readonly wrong: readonly string[];
}

export const givesOf = (fault: Fault, streamed: boolean): Gives => (streamed ? fault.streamed : fault.whole);

/** Agents always ask for streams; who passes through asks as the client does. */
const asksForStream = (run: RunSpec): boolean => run.agent || run.stream;

/** @param stoodStill The machine gave nobody time: whoever is owed an answer may have got none, and no more than that. */
export function judge(run: RunSpec, seen: Seen, calls: readonly Served[], stoodStill = false): Verdict {
  const told = readAnswer(PROTOCOLS[run.speaks], run, seen);
  const { healthy, owed } = debtOf(run);
  const unpaid = seen.left ? [] : wrongEnd(told, healthy, owed, seen);
  const excused = stoodStill && unpaid.length > 0;
  const problems = told.problem === undefined || seen.left ? [] : [told.problem];
  const wrong = [...wrongTale(run, told, calls), ...problems, ...(excused ? [] : unpaid)];
  return { told, healthy, owed, excused, wrong };
}

function debtOf(run: RunSpec): { healthy: boolean; owed: boolean } {
  const candidates = candidatesOf(run);
  const streamed = asksForStream(run);
  const judged = new Set(candidates.flatMap(({ fault, model }) => (fault.judgesRequest ? [model] : [])));
  const healthy = candidates.some(
    ({ fault, model }) => givesOf(fault, streamed) === "answer" && !judged.has(model),
  );
  const seenParts = ({ fault }: { fault: Fault }) => ["part", "either"].includes(givesOf(fault, streamed));
  const mayBeCut = (run.stream || !run.agent) && candidates.some(seenParts);
  return { healthy, owed: healthy && !mayBeCut };
}

/** One answer, of this run: all of it, or a beginning. Nothing twice, nothing of another. */
function wrongTale(run: RunSpec, { kind, text }: Told, calls: readonly Served[]): string[] {
  if (text === "") return kind === "answered" ? ["an answer without text"] : [];
  const mine = calls.filter((call) => call.run === run.id);
  const source = mine.find((call) => call.text.startsWith(text) || text.startsWith(call.text));
  if (!source) return [`a text that no call of this run told: ${text.slice(0, 200)}`];
  if (text.length > source.text.length)
    return [`more than was told: ${text.slice(source.text.length).slice(0, 200)}`];
  const gives = givesOf(source.fault, source.streamed);
  if (gives === "nothing") return [`shows what nobody may see: ${source.fault.name}`];
  if (kind === "answered" && text !== source.text) return [`cut after ${text.length}, and told as whole`];
  return [];
}

function wrongEnd({ kind, problem }: Told, healthy: boolean, owed: boolean, { text }: Seen): string[] {
  if (problem !== undefined) return [];
  if (owed && kind !== "answered") return [`${kind}, though a candidate was healthy: ${text.slice(-1000)}`];
  if (healthy && kind === "refused")
    return [`nothing shown, though a candidate was healthy: ${text.slice(-1000)}`];
  return [];
}
