// The page of the chaos: by kind of fault, how many runs met it, and what came of them.
import type { Circumstances } from "../refresh/report.ts";
import { madeOn, table } from "../refresh/report.ts";
import type { Row, Tally } from "./tally.ts";

export function chaosPage(when: Circumstances, seed: number, seconds: number, tally: Tally): string {
  const { all, ended, byFault, byDoor, wrong } = tally;
  const rows = (by: Readonly<Record<string, Row>>) =>
    Object.entries(by).map(
      ([name, row]) => [name, row.runs, row.healthy, row.owed, row.succeeded, row.wrong] as const,
    );
  const head = ["runs", "healthy", "owed", "succeeded", "wrong"];
  return `# Soak: chaos

\`npm run soak:chaos\`: clients call a built gateway whose upstreams fail in every way of the table. An oracle that reads
the script of the faults, and nothing of the gateway, says what must come of each run. _Healthy_: some candidate answers
every time. _Owed_: and no other could break before the client's eyes, so nothing but an answer will do. _Wrong_: no
answer where one was owed; an answer where there was none; text of two upstreams, text twice, text of another run; a
stream without its protocol's end, or with an error behind it. A run counts under each fault that it met.

${madeOn(when, seed)} ${Math.round(seconds)} s, ${tally.gateways} gateways, ${tally.upstreamCalls} upstream calls.

${table(
  ["Runs", "Count"],
  [
    ["all", all.runs],
    ["… answered", ended.answered],
    ["… cut after content, with the protocol's error", ended.cut],
    ["… refused", ended.refused],
    ["… left by the client", ended.left],
    ["owed an answer, and none while the machine stood still", tally.excused],
    ["with a healthy candidate", all.healthy],
    ["owed an answer", all.owed],
    ["wrong", all.wrong],
    [
      "gateways that kept a call, a socket or a receipt too many",
      wrong.filter((what) => !/, run \d+ of /.test(what)).length,
    ],
  ],
)}

${table(["Fault", ...head], rows(byFault))}

${table(["Client", ...head], rows(byDoor))}

A gateway of ${Math.ceil(all.runs / tally.gateways)} runs, ${Math.round(all.runs / tally.gateways / 3)} agents and twice as many providers had ${Math.round(tally.highestRssBytes / 1e6)} MB of memory at the most.
${wrong.length === 0 ? "" : `\n## Wrong\n\n${wrong.map((what) => `- ${what.replaceAll("\n", " ").slice(0, 400)}`).join("\n")}\n`}`;
}
