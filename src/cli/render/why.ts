// `models why` for people: the plan, each attempt, and what was left out and how to bring it back.
import type { AttemptRecord, CandidateRecord, Receipt } from "../../core/receipt.ts";
import type { LeftOut } from "../../core/plan/explain.ts";
import { formatModelRef } from "../../core/model-ref.ts";
import type { Io } from "../io.ts";
import { crossedWords } from "./crossing.ts";
import { barReason, LEFT_OUT, windowReason } from "./reasons.ts";
import type { Style } from "./style.ts";
import { styleFor } from "./style.ts";
import { table } from "./table.ts";
import { printable } from "./text.ts";

type Rows = readonly (readonly string[])[];

export function renderRun(found: Receipt, screen: Pick<Io, "columns" | "colors">): string {
  const style = styleFor(screen);
  const receipt = printable(found);
  const section = (title: string, rows: Rows): string[] =>
    rows.length > 0 ? [`${style.heading(title)}\n${table(rows, screen.columns)}`] : [];
  return [
    table(summaryRows(receipt, style), screen.columns),
    ...section(
      "Attempts",
      receipt.attempts.map((attempt, index) => attemptRow(attempt, index, style)),
    ),
    ...section(
      "Profiles it chose from",
      receipt.candidates.map((candidate, i) => candidateRow(candidate, i, receipt)),
    ),
    ...section("Left out", receipt.leftOut.map(leftOutRow)),
  ].join("\n\n");
}

function summaryRows(receipt: Receipt, style: Style): Rows {
  const { runId, at, agent, protocol, requested, models, sticky, durationMs, waitedMs } = receipt;
  const waited = waitedMs ? `, of which ${waitedMs} ms waiting for a cooling profile` : "";
  return [
    ["Run", runId],
    ["When", new Date(at).toISOString()],
    ["Agent", agent],
    ["Asked for", `${requested} (${protocol})`],
    ...callerRows(receipt),
    ["Plan", models.join(" → ")],
    ...(sticky === undefined ? [] : [["Session's profile", sticky]]),
    ["Outcome", `${outcomeWords(receipt.outcome, style)}, HTTP ${receipt.status}, ${durationMs} ms${waited}`],
    ...recoveryRows(receipt),
    ...usageRows(receipt),
    ...(receipt.crossed ? [["Crossed", crossedWords(receipt)]] : []),
  ];
}

const recoveryRows = ({ recovery }: Receipt): Rows =>
  recovery ? [["First free again", `${recovery.profileId} at ${new Date(recovery.at).toISOString()}`]] : [];

const callerRows = ({ clientKey, user }: Receipt): Rows => [
  ...(clientKey === undefined ? [] : [["Client key", clientKey]]),
  ...(user === undefined ? [] : [["User", user]]),
];

const usageRows = ({ usage }: Receipt): Rows =>
  usage ? [["Tokens", `${usage.inputTokens} in, ${usage.outputTokens} out`]] : [];

function outcomeWords(outcome: Receipt["outcome"], style: Style): string {
  switch (outcome) {
    case "ok":
      return style.good("answered");
    case "failed":
      return style.bad("failed");
    case "aborted":
      return style.warn("the client left");
    case "cut":
      return style.bad("broke off after part of the answer");
  }
}

function attemptRow(attempt: AttemptRecord, index: number, style: Style): string[] {
  const { model, profileId, startedMs, endedMs, firstByteMs, outcome, status, kind, message } = attempt;
  const first = firstByteMs === undefined ? "" : `, first byte ${firstByteMs - startedMs} ms`;
  const code = [status, kind].filter((part) => part !== undefined).join(" ");
  const what = outcome === "ok" ? style.good(`ok ${status ?? ""}`.trim()) : style.bad(code || outcome);
  const said = message === undefined ? [] : [`${kind === undefined ? "" : `${barReason(kind)}: `}${message}`];
  const tested = attempt.test ? ["testing it, since its bar had ended"] : [];
  const crossed = attempt.crossed ? ["crossing to a metered credential"] : [];
  return [
    `  ${index + 1}. ${model}`,
    profileId,
    `at ${startedMs} ms, took ${endedMs - startedMs} ms${first}`,
    what,
    [...crossed, ...tested, ...said].join("; "),
  ];
}

function candidateRow(candidate: CandidateRecord, index: number, { at, load }: Receipt): string[] {
  const { profileId, type, source, funding, bars, place } = candidate;
  const [lastUsed, inFlight] = [load?.lastUsed[index], load?.inFlight[index]];
  const facts = [
    ...(place === undefined ? [] : [`place ${place + 1} in the order`]),
    ...(lastUsed === undefined
      ? []
      : [lastUsed === 0 ? "never used" : `last used ${new Date(lastUsed).toISOString()}`]),
    ...(inFlight ? [`${inFlight} in flight`] : []),
    ...(load?.testing?.includes(profileId) ? ["another call was testing it"] : []),
    ...bars.map((bar) => barWords(bar, at)),
  ];
  return [`  ${profileId}`, `${type} from ${source}${funding ? `, ${funding}` : ""}`, facts.join(", ")];
}

function barWords({ reason, window, until }: CandidateRecord["bars"][number], at: number): string {
  const words = `${windowReason(reason, window)} until ${new Date(until).toISOString()}`;
  return until > at ? words : `${words}, on trial since`;
}

export function leftOutRow({ ref, profileId, code, bar, until: end }: LeftOut): string[] {
  // A newer version may have codes that this one does not know.
  const { words, help } = Object.hasOwn(LEFT_OUT, code) ? LEFT_OUT[code] : { words: code, help: "" };
  const until = bar
    ? ` (${windowReason(bar.reason, bar.window)}) until ${new Date(bar.until).toISOString()}`
    : end === undefined
      ? ""
      : ` until ${new Date(end).toISOString()}`;
  return [`  ${profileId}`, `for ${formatModelRef(ref)}`, `${words}${until}`, help];
}
