// The page of the malformed soak: what became of requests and answers with faults.
import type { Circumstances } from "../refresh/report.ts";
import { madeOn, table } from "../refresh/report.ts";
import type { Hits } from "./malformed.ts";
import { MUTATED } from "./malformed.ts";

export interface MalformedReport {
  readonly seed: number;
  readonly requests: number;
  readonly rounds: number;
  readonly routes: Hits;
  readonly codecs: Hits;
  readonly wrong: readonly string[];
}

export function malformedPage(when: Circumstances, report: MalformedReport): string {
  const { seed, requests, rounds, routes, wrong } = report;
  const { [MUTATED]: mutated = 0, ...codecs } = report.codecs;
  return `# Soak: malformed

\`npm run soak:malformed\`: valid requests of every protocol with faults in fields, bytes and headers, made by somebody who
knows their shape. ${requests} of them go to the routes of a built gateway (parser, guard, route, and for two models in three the
translation); in ${rounds} rounds one more request is told in every protocol, and two answers with faults to every client: ${mutated} requests, answers and frames with faults. Together ${requests + mutated}.
Nothing may crash; no answer may be a 500; every refusal says why in a protocol's own error.

${madeOn(when, seed)} ${wrong.length === 0 ? "Nothing was wrong." : `${wrong.length} were wrong.`}

${byStatus(routes)}

${table(
  ["At the codecs", "Count"],
  Object.entries(codecs).toSorted(([a], [b]) => a.localeCompare(b)),
)}
${wrong.length === 0 ? "" : `\n## Wrong\n\n${wrong.map((what) => `- ${what.replaceAll("\n", " ").slice(0, 500)}`).join("\n")}\n`}`;
}

function byStatus(routes: Hits): string {
  const entries = Object.entries(routes).map(
    ([what, count]) => [...what.split(": "), count] as [string, string, number],
  );
  const statuses = [...new Set(entries.map(([, status]) => status))].toSorted();
  const names = [...new Set(entries.map(([route]) => route))].toSorted();
  const rows = names.map((route) => [
    route,
    ...statuses.map((status) => entries.find(([at, of]) => at === route && of === status)?.[2] ?? 0),
  ]);
  const heads = statuses.map((status) => (status === "0" ? "not sent" : status));
  return table(["Route", ...heads], rows);
}
