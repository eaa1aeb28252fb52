// `npm run soak:refresh-kills [-- --kills 2000 --lanes 2 --seed <n>]`: processes killed at random moments of a refresh.
// Progress on stderr, the page on stdout and in bench/soak-refresh-kills.md. Exit 1 when a login was lost whose answer
// had been committed, or whose refresh never reached the provider.
import { parseArgs } from "node:util";
import { commitTimes } from "./commit-times.ts";
import { killsPage } from "./kills-page.ts";
import { runKills } from "./kills-run.ts";
import { newSeed } from "./random.ts";
import { circumstances, writeReport } from "./report.ts";

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      kills: { type: "string", default: "2000" },
      commits: { type: "string", default: "1000" },
      lanes: { type: "string", default: "2" },
      seed: { type: "string", default: String(newSeed()) },
    },
  });
  const when = circumstances();
  const calm = await commitTimes(Number(values.commits));
  const report = await runKills({
    trials: Number(values.kills),
    lanes: Number(values.lanes),
    seed: Number(values.seed),
    progress: (text) => void process.stderr.write(`${text}\n`),
  });
  const page = killsPage(when, report, calm);
  writeReport("soak-refresh-kills", page, { ...when, ...report, calm });
  process.stdout.write(`${page}\n`);
  return report.faults.length === 0 ? 0 : 1;
}

process.exitCode = await main();
