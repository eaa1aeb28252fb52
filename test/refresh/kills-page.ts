// The page of the kill soak: kills by stage, what became of the logins, how long an answer was not yet committed.
import type { KillReport, ProviderKind } from "./kills-run.ts";
import type { Circumstances } from "./report.ts";
import { madeOn, ms, table } from "./report.ts";

export function killsPage(when: Circumstances, report: KillReport): string {
  const stages = table(
    [
      "Last stage said",
      "kills",
      "not sent",
      "in between",
      "committed",
      "lost: not sent",
      "in between",
      "committed",
    ],
    Object.entries(report.byStage).map(([stage, tally]) => [
      stage,
      tally.kills,
      tally.unsent,
      tally.between,
      tally.committed,
      tally.lostUnsent,
      tally.lostBetween,
      tally.lostCommitted,
    ]),
  );
  const survived = (kind: ProviderKind, name: string) => {
    const { kills, survived: lived } = report.between[kind];
    return [name, kills, lived];
  };
  const providers = table(
    ["Provider", "killed in between", "the old token survived"],
    [
      survived("strict", "a spent token that comes back ends the grant"),
      survived("grace", "a spent token is taken again for a minute"),
    ],
  );
  const { commitMs } = report;
  const times = table(
    ["Last byte to commit, ms", "p50", "p99"],
    [
      ["from the answer read in full", ms(commitMs.fromRead.p50), ms(commitMs.fromRead.p99)],
      ["from the last byte written by the provider", ms(commitMs.fromSent.p50), ms(commitMs.fromSent.p99)],
    ],
  );
  const faults = report.faults.map((fault) => `- ${fault}`).join("\n");
  return `# Soak: kills in the middle of a refresh

\`npm run soak:refresh-kills\`: a process refreshes a login and gets SIGKILL, aimed at a random moment after a random stage;
then another process, which waited already in some of the trials, refreshes what is stored. The provider's own journal
says whether the refresh had reached it, the store whether the answer was committed.

${madeOn(when, report.seed)} ${report.trials} kills in ${report.seconds.toFixed(0)} s.

${stages}

"In between": the provider has rotated the token, and the process died before it had committed the answer. Nothing on our
side can bring that answer back; the old token is then tried exactly once.

${providers}

${times}

Of ${commitMs.commits} commits, by the processes to be killed and by those that took over.
${faults ? `\n## Faults\n\n${faults}\n` : ""}`;
}
