// `npm run soak:load [-- --minutes 30 --clients 32]`: does the gateway grow under load? Progress on stderr, the page on
// stdout and in bench/soak-load.md. Exit 1 when a call got an answer that it should not get, or handles stayed open.
import { parseArgs } from "node:util";
import { setTimeout as pause } from "node:timers/promises";
import { buildIfStale, ENTRY } from "../../scripts/build.ts";
import { circumstances, writeReport } from "../refresh/report.ts";
import { processFigures } from "../support/process-figures.ts";
import type { LoadGateway } from "./gateway.ts";
import { loadPage } from "./page.ts";
import type { Sample } from "./samples.ts";
import { metricsFrom } from "./samples.ts";

const SAMPLE_EVERY_MS = 5000;
/** Idle connections to upstream are kept as long as it allows, which is a minute. */
const SETTLES_WITHIN_MS = 90_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "30" },
      clients: { type: "string", default: "32" },
    },
  });
  const [minutes, clients] = [Number(values.minutes), Number(values.clients)];
  await buildIfStale();
  // Before anything asks which program the gateway is.
  process.env["TEST_ENTRY"] ??= ENTRY;
  const { startLoadGateway } = await import("./gateway.ts");
  const { startLoadUpstream } = await import("./upstream.ts");
  const { startTraffic } = await import("./traffic.ts");
  const when = circumstances();
  const upstream = await startLoadUpstream();
  const gateway = await startLoadGateway(upstream.url);
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  const before = await sample(gateway, 0, 0);
  const traffic = startTraffic(gateway, clients);
  const samples: Sample[] = [];
  while (seconds() < minutes * 60) {
    await pause(SAMPLE_EVERY_MS);
    const one = await sample(gateway, seconds(), traffic.total());
    samples.push(one);
    process.stderr.write(`\r${progressOf(one, minutes)}`);
  }
  await traffic.stop();
  const after = await settled(gateway, before, seconds, traffic.total());
  const report = {
    minutes,
    clients,
    samples,
    before,
    after,
    calls: traffic.calls,
    unexpected: traffic.unexpected,
  };
  await gateway.remove();
  await upstream.close();
  const page = loadPage(when, report);
  writeReport("soak-load", page, { ...when, ...report });
  process.stdout.write(`\n${page}\n`);
  return report.unexpected.length === 0 && after.sockets <= before.sockets + 2 && after.inFlight === 0
    ? 0
    : 1;
}

const progressOf = ({ at, calls, rssBytes, delayP99Ms }: Sample, minutes: number): string =>
  `${(at / 60).toFixed(1)} of ${minutes} minutes, ${calls} calls, ${(rssBytes / 1e6).toFixed(0)} MB, delay p99 ${delayP99Ms.toFixed(1)} ms  `;

async function sample({ process: { url, pid } }: LoadGateway, at: number, calls: number): Promise<Sample> {
  const { TOKEN } = await import("./gateway.ts");
  const headers = { authorization: `Bearer ${TOKEN}`, connection: "close" };
  const page = await (await fetch(`${url}/metrics`, { headers })).text();
  return { at, calls, ...metricsFrom(page), ...processFigures(pid) };
}

async function settled(
  gateway: LoadGateway,
  before: Sample,
  seconds: () => number,
  calls: number,
): Promise<Sample> {
  const until = performance.now() + SETTLES_WITHIN_MS;
  for (;;) {
    const one = await sample(gateway, seconds(), calls);
    if (one.sockets <= before.sockets || performance.now() > until) return one;
    await pause(1000);
  }
}

process.exitCode = await main();
