// The page of the soak: what happened to the expiries, who took part, what callers waited.
import type { CallerCosts } from "./caller-costs.ts";
import type { Circumstances } from "./report.ts";
import { madeOn, ms, table } from "./report.ts";
import type { SoakReport } from "./soak-run.ts";

export function soakPage(when: Circumstances, report: SoakReport, { freshUs, waiting }: CallerCosts): string {
  const { processes, callers, expiries, waitedMs } = report;
  const total = Object.values(processes).reduce((sum, count) => sum + count, 0);
  const fate = table(
    ["What", "Count"],
    [
      ["expiries", expiries.past + expiries.window],
      ["… with the clocks past the end of the token", expiries.past],
      ["… with the clocks in the window before it", expiries.window],
      ["refreshes at the provider", report.refreshes],
      ["refused there", report.refused],
      ["grants killed", report.grantsKilled],
      ["callers", callers.main + callers.copy + callers.gateway],
      ["callers that failed", report.failed],
    ],
  );
  const kinds = table(
    ["Process", "Count", "Callers"],
    [
      ["refresher, the login in its own agent", processes.main, callers.main],
      ["refresher, a copy in another agent", processes.copy, callers.copy],
      ["built gateway, calls over HTTP", processes.gateway, callers.gateway],
    ],
  );
  const times = table(
    ["Time", "p50", "p99", "most"],
    [
      [
        "a caller finds a fresh token, µs",
        freshUs.p50.toFixed(1),
        freshUs.p99.toFixed(1),
        freshUs.most.toFixed(0),
      ],
      ["a caller waits for a new one, ms", ms(waitedMs.p50), ms(waitedMs.p99), ms(waitedMs.most)],
    ],
  );
  const faults = report.faults.map((fault) => `- ${fault}`).join("\n");
  return `# Soak: one expiry, one refresh

\`npm run soak:refresh\`: ${total} processes share one login of a real identity provider (oidc-provider: refresh tokens
rotate, a spent one that comes back ends the grant). Their clocks go from one expiry to the next; at each, every
process has one to eight callers at once.

${madeOn(when, report.seed)} ${report.seconds.toFixed(0)} s.

${fate}

${kinds}

${times}

${waiting.callers} callers in one process that wait for one refresh: ${waiting.served} got the new token, with
${waiting.refreshes} refresh, the last one after ${ms(waiting.ms)} ms.
${faults ? `\n## Faults\n\n${faults}\n` : ""}`;
}
