import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../core/session.ts";
import { newSession } from "../core/session.ts";
import { basisOfSession } from "./sessions.ts";
import { sessionsFrom } from "./worker-sessions.ts";

/** One session that is kept elsewhere, where others change it as well. */
function elsewhere() {
  let kept: Session | undefined;
  const asked: string[] = [];
  const sessions = sessionsFrom({
    async find() {
      asked.push("find");
      return kept && structuredClone(kept);
    },
    list: async () => [],
    messages: async () => [],
    async commit(_agent, _key, { session }, basis) {
      asked.push("commit");
      if (basis !== basisOfSession(kept)) return { moved: kept };
      kept = session ?? undefined;
      return { left: kept };
    },
  });
  const count = (most = Infinity) =>
    sessions.update("main", "k", (session) => {
      const before = session ?? newSession("k", "s", 1);
      if (before.messages >= most) return undefined;
      return { session: { ...before, messages: before.messages + 1 } };
    });
  const change = (by: Partial<Session>) => void (kept = { ...kept!, ...by });
  return { sessions, asked, count, change, kept: () => kept };
}

test("a session that goes on is not asked for before each change", async () => {
  const { asked, count, kept } = elsewhere();
  for (let n = 0; n < 3; n++) await count();
  assert.deepEqual(asked, ["find", "commit", "commit", "commit"]);
  assert.equal(kept()!.messages, 3);
});

test("what others changed meanwhile is what is changed", async () => {
  const { count, change, kept } = elsewhere();
  await count();
  change({ messages: 7, updatedAt: 5 });
  await count();
  assert.deepEqual([kept()!.messages, kept()!.updatedAt], [8, 5]);
});

test("that nothing is to be done, or that it is refused, is decided by the session as it is", async () => {
  const { sessions, count, change, kept } = elsewhere();
  await count();
  change({ messages: 0 });
  await count(1);
  assert.equal(kept()!.messages, 1);
  change({ messages: 5 });
  const refuse = sessions.update("main", "k", (session) => {
    throw new Error(`not at ${session!.messages}`);
  });
  await assert.rejects(refuse, /not at 5/);
});
