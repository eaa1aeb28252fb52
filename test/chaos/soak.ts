// `npm run soak:chaos [-- --runs 10000 --seed <n>]`: runs over faulty upstreams, judged by an oracle. Progress on stderr,
// the page on stdout and in bench/soak-chaos.md. Exit 1 when a run went wrong or something stayed behind.
import { parseArgs } from "node:util";
import { buildIfStale, ENTRY } from "../../scripts/build.ts";
import { newSeed } from "../refresh/random.ts";
import { circumstances, writeReport } from "../refresh/report.ts";
import type { BatchReport } from "./batch.ts";
import { chaosPage } from "./page.ts";
import { tallyOf } from "./tally.ts";

const RUNS_OF_GATEWAY = 500;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "10000" },
      seed: { type: "string", default: String(newSeed()) },
      "at-once": { type: "string", default: "100" },
      /** for a busy machine: how long an upstream may take before it counts as stalled */
      patience: { type: "string", default: "3000" },
    },
  });
  const [runs, seed] = [Number(values.runs), Number(values.seed)];
  await buildIfStale();
  // Before anything asks which program the gateways are.
  process.env["TEST_ENTRY"] ??= ENTRY;
  const { runBatch } = await import("./batch.ts");
  const when = circumstances();
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  process.stderr.write(`Seed ${seed}; --seed ${seed} --runs ${runs} shows it again.\n`);
  const batches: BatchReport[] = [];
  for (let done = 0; done < runs;) {
    const some = Math.min(RUNS_OF_GATEWAY, runs - done);
    let ended = done;
    const onRun = () => {
      if (++ended % 50 === 0) process.stderr.write(`\r${ended} of ${runs} runs, ${seconds().toFixed(0)} s`);
    };
    const atOnce = Number(values["at-once"]);
    const patienceMs = Number(values.patience);
    batches.push(
      await runBatch({ seed: (seed + 2 * batches.length) % 2 ** 32, runs: some, atOnce, patienceMs, onRun }),
    );
    const { wrong } = tallyOf(batches.slice(-1));
    if (wrong.length > 0) process.stderr.write(`\n${wrong.join("\n")}\n`);
    done += some;
  }
  const tally = tallyOf(batches);
  const page = chaosPage(when, seed, seconds(), tally);
  writeReport("soak-chaos", page, { ...when, seed, seconds: Math.round(seconds()), ...tally });
  process.stdout.write(`\n${page}\n`);
  return tally.wrong.length === 0 ? 0 : 1;
}

process.exitCode = await main();
