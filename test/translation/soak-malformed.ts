// `npm run soak:malformed [-- --requests 250000 --rounds 250000 --seed <n>]`: requests with faults at the routes of a
// built gateway; then requests and answers with faults at the codecs, where a round is one request, told in every
// protocol, and two answers, told to every client: together over a million with faults. Progress on stderr, the page on stdout and in
// bench/soak-malformed.md. Exit 1 when something failed.
import { parseArgs } from "node:util";
import { buildIfStale, ENTRY } from "../../scripts/build.ts";
import { newSeed } from "../refresh/random.ts";
import { circumstances, writeReport } from "../refresh/report.ts";
import type { Hits } from "./malformed.ts";
import { malformedRounds } from "./malformed.ts";
import { malformedPage } from "./malformed-page.ts";
import type { RoutesReport } from "./malformed-routes.ts";

const BATCH = 10_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      requests: { type: "string", default: "250000" },
      rounds: { type: "string", default: "250000" },
      seed: { type: "string", default: String(newSeed()) },
    },
  });
  const [requests, rounds, seed] = [Number(values.requests), Number(values.rounds), Number(values.seed)];
  process.stderr.write(`Seed ${seed}; --seed ${seed} shows it again.\n`);
  await buildIfStale();
  // Before anything asks which program the gateway is.
  process.env["TEST_ENTRY"] ??= ENTRY;
  const when = circumstances();
  const routes = await atRoutes(seed, requests);
  const codecs = atCodecs(seed, rounds);
  const report = {
    seed,
    requests,
    rounds,
    routes: routes.hits,
    codecs: codecs.hits,
    wrong: [...routes.wrong, ...codecs.wrong],
  };
  const page = malformedPage(when, report);
  writeReport("soak-malformed", page, { ...when, ...report });
  process.stdout.write(`\n${page}\n`);
  return report.wrong.length === 0 ? 0 : 1;
}

/** Every batch has samples of its own, and a gateway of its own. */
async function atRoutes(first: number, requests: number): Promise<RoutesReport> {
  const { malformedAtGateway } = await import("./malformed-gateway.ts");
  const hits: Record<string, number> = {};
  const wrong: string[] = [];
  const progress = progressOf("requests", requests);
  for (let done = 0; done < requests; done += BATCH) {
    const seed = (first + done) % 2 ** 32;
    const count = Math.min(BATCH, requests - done);
    const report = await malformedAtGateway({ seed, requests: count, atOnce: 16 });
    add(hits, report.hits);
    wrong.push(...report.wrong.map((what) => `Seed ${seed}, --requests ${count}: ${what}`));
    progress(done + count);
  }
  return { hits, wrong };
}

function atCodecs(first: number, rounds: number): RoutesReport {
  const hits: Record<string, number> = {};
  const wrong: string[] = [];
  const progress = progressOf("rounds", rounds);
  for (let done = 0; done < rounds; done += BATCH) {
    const seed = (first + done) % 2 ** 32;
    try {
      add(hits, malformedRounds(seed, Math.min(BATCH, rounds - done)));
    } catch (error) {
      wrong.push(`Seed ${seed} fails within ${BATCH} rounds: ${String(error).slice(0, 500)}`);
    }
    progress(Math.min(done + BATCH, rounds));
  }
  return { hits, wrong };
}

function add(sums: Record<string, number>, hits: Hits): void {
  for (const [what, count] of Object.entries(hits)) sums[what] = (sums[what] ?? 0) + count;
}

function progressOf(what: string, all: number): (done: number) => void {
  const startedAt = performance.now();
  return (done) => {
    const seconds = (performance.now() - startedAt) / 1000;
    process.stderr.write(`\r${done} of ${all} ${what}, ${seconds.toFixed(0)} s`);
    if (done === all) process.stderr.write("\n");
  };
}

process.exitCode = await main();
