// A process that uses a login which others use too, with a clock of its own. Asked by lines of JSON on stdin, answers by
// lines on stdout, and says every stage of a refresh before it goes on.
//   node login-user.ts <home> <agent> <token url> <client id>
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { Refresher } from "../../src/access/refresh.ts";
import { resolvePaths } from "../../src/config/paths.ts";
import type { AuthProfile, OAuthCredential } from "../../src/core/credential.ts";
import { assessCredential } from "../../src/core/credential.ts";
import { freshnessOf } from "../../src/core/refresh.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { moveClock } from "./moved-clock.mjs";
import type { Ask, CallerAnswer, Said } from "./user-protocol.ts";
import { LOGIN_ID, PROVIDER } from "./user-protocol.ts";

const [home, agent, url, clientId] = process.argv.slice(2) as [string, string, string, string];
const now = () => Date.now();
const say = (said: Said): void => void writeSync(1, `${JSON.stringify(said)}\n`);
const machineTime = () => Number(process.hrtime.bigint()) / 1e6;

const store = openSqliteStore({ paths: resolvePaths({}, home), now });
const refresher = new Refresher({
  store: () => store,
  endpoint: () => ({ url, encoding: "form", clientId }),
  now,
  onStage: (stage) => say({ stage, at: machineTime() }),
});
const chance = Math.random();
const behind = new Set<Promise<unknown>>();

async function login(): Promise<{ profile: AuthProfile; held: OAuthCredential }> {
  const { state } = await store.read(agent);
  const { credential, generation } = state.profiles.find(({ id }) => id === LOGIN_ID)!;
  const common = { id: LOGIN_ID, provider: PROVIDER, source: "store", owner: agent } as const;
  return {
    profile: { ...common, ...assessCredential(credential), generation },
    held: credential as OAuthCredential,
  };
}

/** What a caller of the gateway does: takes the token, behind which it is refreshed, or waits for a new one. */
async function call(): Promise<CallerAnswer> {
  const startedAt = performance.now();
  const took = () => performance.now() - startedAt;
  for (let turn = 0; turn < 3; turn++) {
    const { profile, held } = await login();
    const freshness = freshnessOf(profile, held.access !== undefined, now(), chance);
    if (freshness !== "spent") {
      if (freshness === "due") inBackground(refresher.refresh(profile));
      return { access: held.access!, ms: took() };
    }
    const result = await refresher.refresh(profile);
    if (result.kind !== "renewed") return { fault: `${result.kind}: ${result.message}`, ms: took() };
  }
  return { fault: "renewed three times, and still spent", ms: took() };
}

function inBackground(work: Promise<unknown>): void {
  behind.add(work);
  void work.finally(() => behind.delete(work));
}

async function answer(ask: Ask): Promise<void> {
  moveClock(ask);
  if (ask.refresh) {
    const { kind, ...rest } = await refresher.refresh((await login()).profile);
    return say({ result: kind, ...("message" in rest ? { message: rest.message } : {}) });
  }
  const answers = await Promise.all(Array.from({ length: ask.calls ?? 0 }, call));
  await Promise.all(behind);
  say({ answers });
}

say({ ready: true });
for await (const line of createInterface({ input: process.stdin })) await answer(JSON.parse(line) as Ask);
await store.close();
