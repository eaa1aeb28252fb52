// Owners of a refresh that stand still or are gone, and processes whose clock is a day off: nobody's login is lost.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { test } from "node:test";
import type { DeathStage } from "./kill-trial.ts";
import { DEATH_STAGES, killTrial } from "./kill-trial.ts";
import { sharedHome } from "./shared-home.ts";
import type { IssuerOptions } from "./token-issuer.ts";
import { LIFETIME_MS, startTokenIssuer } from "./token-issuer.ts";
import type { Answer, LoginUser } from "./user-process.ts";
import { startUser } from "./user-process.ts";
import type { CallerAnswer } from "./user-protocol.ts";

async function place(t: TestContext, options: IssuerOptions = {}) {
  const issuer = await startTokenIssuer(options);
  const home = sharedHome({ tokenUrl: issuer.tokenUrl });
  const login = await issuer.login();
  await home.logIn(login);
  const users: LoginUser[] = [];
  t.after(async () => {
    for (const { child } of users) child.kill("SIGKILL");
    await Promise.all(users.map(({ ended }) => ended));
    await Promise.all([issuer.stop(), home.remove()]);
  });
  const start = async () => {
    users.push(await startUser({ home: home.path }));
    return users.at(-1)!;
  };
  /** Every token that the provider has not taken back. */
  const good = () => new Set([login.access, ...issuer.asked.map(({ access }) => access)]);
  return { issuer, home, login, start, good };
}

const answersOf = (answer: Answer | undefined): readonly CallerAnswer[] => {
  assert.ok(answer && "answers" in answer, JSON.stringify(answer));
  return answer.answers;
};

test("a frozen owner keeps its lease: others use the old token while it serves, and its answer is not lost", async (t) => {
  const { issuer, home, login, start } = await place(t, { delay: () => ({ beforeMs: 20, afterMs: 150 }) });
  const [owner, other] = [await start(), await start()];
  const sent = Promise.withResolvers<void>();
  owner.onStage = ({ stage }) => stage === "sent" && sent.resolve();
  const refreshed = owner.ask({ refresh: true });
  await sent.promise;
  while (issuer.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  owner.child.kill("SIGSTOP");
  // Four minutes before its end the token is due, and still serves.
  const { credential } = await home.stored();
  const ahead = Number(credential.expires) - Date.now() - 4 * 60_000;
  const waiting = other.ask({ ahead, calls: 10 });
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal(issuer.asked.length, 1, "a lease whose owner lives is not taken over");
  owner.child.kill("SIGCONT");
  const answer = await refreshed;
  assert.ok(answer && "result" in answer && answer.result === "renewed");
  assert.deepEqual(new Set(answersOf(await waiting).map(({ access }) => access)), new Set([login.access]));
  assert.equal((await home.stored()).credential.refresh, issuer.asked[0]!.refresh);
  assert.equal(issuer.asked.length, 1);
  assert.ok(issuer.lives(login.grantId));
});

test("an owner that dies at any stage: another one takes over, and the login goes on", async (t) => {
  const { issuer, home, login, start } = await place(t, { graceMs: 60_000 });
  const other = await start();
  for (const stage of DEATH_STAGES) {
    if (stage === "done") continue;
    const verdict = await killTrial({
      home,
      issuer,
      login,
      victim: await start(),
      other,
      aim: { stage: stage as Exclude<DeathStage, "done">, delayMs: 0, awaited: false },
    });
    assert.ok(verdict.works, `${stage}: ${JSON.stringify(verdict)}`);
  }
});

const DAY_MS = 24 * LIFETIME_MS;

for (const skew of [DAY_MS, -DAY_MS])
  test(`a clock that jumps by ${skew / DAY_MS} day in one process: every caller is served, nothing is lost`, async (t) => {
    const { issuer, login, start, good } = await place(t);
    const [odd, other] = [await start(), await start()];
    const ask = async (user: LoginUser, clock: { skew?: number; ahead?: number }) => {
      for (const { access, fault } of answersOf(await user.ask({ ...clock, calls: 4 })))
        assert.ok(access !== undefined && good().has(access), fault);
    };
    await ask(other, {});
    for (let turn = 1; turn <= 3; turn++) {
      const ahead = turn * (LIFETIME_MS + 60_000);
      await ask(odd, { skew, ahead });
      await ask(other, { ahead });
      await ask(odd, { skew: 0, ahead });
      await ask(other, { skew: turn % 2 === 0 ? skew : 0, ahead });
      assert.ok(issuer.lives(login.grantId));
    }
    assert.ok(issuer.asked.every(({ status }) => status === 200));
    assert.ok(issuer.asked.length <= 4, `${issuer.asked.length} refreshes of three expiries`);
  });
