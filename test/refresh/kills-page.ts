// The page of the kill soak: kills by stage, what became of the logins, how long an answer was not yet committed.
import type { CalmTimes, CommitTimes } from "./commit-times.ts";
import type { KillReport, ProviderKind } from "./kills-run.ts";
import type { Circumstances } from "./report.ts";
import { madeOn, ms, table } from "./report.ts";

export function killsPage(when: Circumstances, report: KillReport, calm: CalmTimes): string {
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
  const row = (name: string, { fromRead, fromSent, commits }: CommitTimes) => [
    name,
    commits,
    ms(fromRead.p50),
    ms(fromRead.p99),
    ms(fromSent.p50),
    ms(fromSent.p99),
  ];
  const times = table(
    ["Last byte to commit, ms", "commits", "read, p50", "p99", "sent, p50", "p99"],
    [
      row("a process that does nothing else", calm),
      row("in the soak: fresh processes, busy cores", report.commitMs),
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

The disk alone, 4 KB written and synced, in the same minute as the first row: p50 ${ms(calm.disk.p50)} ms,
p99 ${ms(calm.disk.p99)} ms. "Read": from the answer read in full; "sent": from its last byte leaving the provider, on the same machine.
${faults ? `\n## Faults\n\n${faults}\n` : ""}`;
}
