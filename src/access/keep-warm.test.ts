// When logins are refreshed that nobody asks for.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthProfile } from "../core/credential.ts";
import { KeepWarm } from "./keep-warm.ts";
import type { LiveAgent } from "./live-agent.ts";

const profile = (id: string, more: Partial<AuthProfile> = {}): AuthProfile => ({
  id,
  provider: "p",
  type: "oauth",
  source: "store",
  owner: "main",
  generation: "g",
  refreshable: true,
  ...more,
});
const agent = (...profiles: AuthProfile[]) => ({ view: { snapshot: { profiles } } }) as unknown as LiveAgent;

test("every login of every agent once, a few at a time; keys are left alone", async (t) => {
  const warmed: string[] = [];
  let running = 0;
  let most = 0;
  const logins = {
    warm: async (_live: LiveAgent, { owner, id }: AuthProfile) => {
      warmed.push(`${owner} ${id}`);
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
    },
    nextAt: () => undefined,
  };
  const inherited = Array.from({ length: 10 }, (_, n) => profile(`p:${n}`));
  const agents = () => [
    agent(...inherited, profile("p:key", { type: "api_key" })),
    agent(...inherited, profile("p:0", { owner: "work" })),
  ];
  const warm = new KeepWarm({ agents, logins, now: () => 0 });
  t.after(() => warm.stop());
  await warm.run();
  assert.deepEqual(warmed.toSorted(), [...inherited.map(({ id }) => `main ${id}`), "work p:0"].toSorted());
  assert.equal(most, 4);
});

test("it waits for the next login that is due, and looks now and then; stopped, it is still", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let next: number | undefined = 20_000;
  let rounds = 0;
  const warmOne = () => {
    rounds++;
    return undefined;
  };
  let asked = 0;
  const nextAt = () => {
    asked++;
    return next;
  };
  const logins = { warm: warmOne, nextAt };
  const warm = new KeepWarm({ agents: () => [agent(profile("p:a"))], logins, now: () => 0 });
  const pass = async (ms: number) => {
    t.mock.timers.tick(ms);
    await new Promise(setImmediate);
  };
  await warm.run();
  await pass(19_999);
  assert.equal(rounds, 1);
  await pass(1);
  assert.equal(rounds, 2);
  next = undefined;
  warm.wake();
  await pass(1000);
  await pass(58_999);
  assert.equal(rounds, 2);
  await pass(1);
  assert.equal(rounds, 3);
  next = -1;
  warm.wake();
  await pass(1000);
  assert.equal(rounds, 4);
  next = 20_000;
  asked = 0;
  for (let news = 0; news < 200; news++) warm.wake();
  await pass(1000);
  assert.equal(asked, 1, "a crowd of changes is one look");
  warm.stop();
  warm.wake();
  await pass(100_000);
  assert.equal(rounds, 4);
});
