// A child process of the tests: writes to the store of a folder, and says on stdout what is durable.
// Arguments: folder, name of this writer, number of rounds, "again" to go on until it is killed.
import { writeSync } from "node:fs";
import type { Credential } from "../../src/core/credential.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import type { HealthChange } from "../../src/store/store.ts";
import { apiKey, pathsIn } from "./home.ts";

const [folder, name, rounds] = process.argv.slice(2) as [string, string, string];
const store = openSqliteStore({ paths: pathsIn(folder), now: Date.now });
const event = (at: number) =>
  ({ kind: "failure", model: "m", failure: { kind: "rate_limit", scope: "account" }, at }) as const;
const observation = { agent: "main", provider: "shared", generation: "g", writer: `${name}-${process.pid}` };
const say = (text: string): number => writeSync(1, `${text}\n`);

/** A profile of this writer alone, a profile that all count up, an order that all extend, shared health. */
const steps: ((round: number) => Promise<unknown>)[] = [
  (round) => {
    const id = `${name}:${round}`;
    const profiles = new Map([[id, apiKey(`${name}-${round}`, name)]]);
    const note = { change: id, because: "test" };
    return store
      .update("main", { profiles: [id] }, () => ({ profiles }), note)
      .then(() => say(`profile ${id}`));
  },
  () =>
    store.update("main", { profiles: ["shared:count"] }, ({ profiles }) => {
      const old = profiles.get("shared:count")?.credential ?? apiKey("0", "shared");
      const counted: Credential & { count?: number } = { ...old };
      counted.count = (counted.count ?? 0) + 1;
      return { profiles: new Map([["shared:count", counted]]) };
    }),
  async (round) => {
    const entry = `${name}:${round}`;
    await store.update("main", { providers: ["shared"] }, ({ order }) => ({
      order: new Map([["shared", [...(order.get("shared") ?? []), entry]]]),
    }));
    say(`order ${entry}`);
  },
  (round) => {
    const change: HealthChange = {
      ...observation,
      profileId: "env:SHARED#1",
      event: event(Date.now()),
      seq: round + 1,
    };
    return store.applyHealth([change]);
  },
];

for (let round = 0; round < Number(rounds); round++) for (const step of steps) await step(round);
await store.close();
say("done");
