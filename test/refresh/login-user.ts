// A process that uses a login which others use too, with a clock of its own. Asked by lines of JSON on stdin, answers by
// lines on stdout, and says every stage of a refresh before it goes on.
//   node login-user.ts <home> <agent>
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { tokenEndpointOf } from "../../src/access/logins.ts";
import { openDeps } from "../../src/access/open-deps.ts";
import { readView } from "../../src/access/read-view.ts";
import { Refresher } from "../../src/access/refresh.ts";
import type { AuthProfile } from "../../src/core/credential.ts";
import { freshnessOf } from "../../src/core/refresh.ts";
import { moveClock } from "./moved-clock.mjs";
import { machineTime } from "./random.ts";
import type { Ask, CallerAnswer, Said } from "./user-protocol.ts";
import { LOGIN_ID } from "./user-protocol.ts";

const [home, agent] = process.argv.slice(2) as [string, string];
const now = () => Date.now();
const say = (said: Said): void => void writeSync(1, `${JSON.stringify(said)}\n`);

const deps = openDeps({ processEnv: { HOME: home }, now, version: "0.0.0-test", osHome: home });
const refresher = new Refresher({
  store: deps.store,
  endpoint: ({ provider }) => tokenEndpointOf(provider, deps.accessConfig().oauth),
  agents: () => deps.config().agents.map(({ id }) => id),
  now,
  onStage: (stage) => say({ stage, at: machineTime() }),
});
const chance = Math.random();
const behind = new Set<Promise<unknown>>();

async function login(): Promise<{ profile: AuthProfile; access: string | undefined }> {
  const view = await readView(deps, agent);
  const profile = view.snapshot.profiles.find(({ id }) => id === LOGIN_ID)!;
  return { profile, access: view.secrets.get(LOGIN_ID)?.reveal() };
}

/** What a caller of the gateway does: takes the token, behind which it is refreshed, or waits for a new one. */
async function call(): Promise<CallerAnswer> {
  const startedAt = performance.now();
  const took = () => performance.now() - startedAt;
  for (let turn = 0; turn < 3; turn++) {
    const { profile, access } = await login();
    const freshness = freshnessOf(profile, access !== undefined, now(), chance);
    if (freshness !== "spent") {
      if (freshness === "due") inBackground(refresher.refresh(profile));
      return { access: access!, ms: took() };
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
await deps.close();
