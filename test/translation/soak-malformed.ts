// The long run of the malformed test: `npm run soak:malformed [-- <rounds> [<seed>]]`. A round is a request, told in
// every protocol, and two answers, told to every client. What happened to them is printed at the end.
import { malformedRounds } from "./malformed.ts";

const rounds = Number(process.argv[2] ?? 1_000_000);
const first = Number(process.argv[3] ?? Date.now() % 2 ** 32);
const BATCH = 10_000;
const hits: Record<string, number> = {};
const startedAt = performance.now();
for (let done = 0; done < rounds; done += BATCH) {
  const seed = (first + done) % 2 ** 32;
  try {
    const some = malformedRounds(seed, Math.min(BATCH, rounds - done));
    for (const [what, count] of Object.entries(some)) hits[what] = (hits[what] ?? 0) + count;
  } catch (error) {
    console.error(`Seed ${seed} fails within ${BATCH} rounds.`);
    throw error;
  }
  process.stderr.write(`\r${done + BATCH} rounds, ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
}
console.log(`\nFirst seed ${first}, ${rounds} rounds.`);
console.table(Object.fromEntries(Object.entries(hits).toSorted()));
