// `npm run soak:refresh [-- --processes 64 --expiries 200 --seed <n>]`: one expiry, one refresh, whoever shares the login.
// Progress on stderr, the page on stdout and in bench/soak-refresh.md. Exit 1 when a caller failed, a grant was
// killed, or there was another number of refreshes than expiries.
import { parseArgs } from "node:util";
import { buildIfStale, ENTRY } from "../../scripts/build.ts";
import { newSeed } from "./random.ts";
import { circumstances, writeReport } from "./report.ts";
import { soakPage } from "./soak-page.ts";

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      processes: { type: "string", default: "64" },
      expiries: { type: "string", default: "200" },
      gateways: { type: "string", default: "4" },
      seed: { type: "string", default: String(newSeed()) },
    },
  });
  await buildIfStale();
  // Before anything asks which program the gateways are.
  process.env["TEST_ENTRY"] = ENTRY;
  const { runSoak } = await import("./soak-run.ts");
  const { callerCosts } = await import("./caller-costs.ts");
  const when = circumstances();
  say("What callers pay …");
  const costs = await callerCosts();
  const expiries = Number(values.expiries);
  const report = await runSoak({
    processes: Number(values.processes),
    expiries,
    gateways: Number(values.gateways),
    copies: true,
    seed: Number(values.seed),
    progress: say,
  });
  const page = soakPage(when, report, costs);
  writeReport("soak-refresh", page, { ...when, ...report, costs });
  process.stdout.write(`${page}\n`);
  return report.refreshes === expiries && report.grantsKilled === 0 && report.failed === 0 ? 0 : 1;
}

process.exitCode = await main();
