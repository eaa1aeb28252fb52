import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatMessage, Session } from "../core/session.ts";
import { newSession, textOf } from "../core/session.ts";
import type { Decide, Updated } from "./sessions.ts";
import { basisOfSession } from "./sessions.ts";
import { sessionsFrom } from "./worker-sessions.ts";

const said = (text: string): ChatMessage => ({
  role: "user",
  content: [{ type: "text", text }],
  timestamp: 1,
});

const wordsOf = ({ transcript }: Updated): string => transcript.map(textOf).join(" ");

/** One session that is kept elsewhere, where others change it as well. */
function elsewhere() {
  let kept: Session | undefined;
  let rows: readonly ChatMessage[] = [];
  const asked: string[] = [];
  const sessions = sessionsFrom({
    async find() {
      asked.push("find");
      return kept && structuredClone(kept);
    },
    list: async () => [],
    messages: async () => [],
    async commit(_agent, { change: { session, append = [] }, basis, limit }) {
      asked.push(limit > 0 ? "commit and read" : "commit");
      if (basis !== basisOfSession(kept)) return { moved: kept };
      if (session?.sessionId !== kept?.sessionId) rows = [];
      kept = session ?? undefined;
      rows = [...rows, ...append];
      return { left: { session: kept, transcript: limit > 0 ? rows.slice(-limit) : [] } };
    },
  });
  const count = (most = Infinity) =>
    sessions.update("main", "k", (session) => {
      const before = session ?? newSession("k", "s", 1);
      if (before.messages >= most) return undefined;
      return { session: { ...before, messages: before.messages + 1 } };
    });
  const change = (by: Partial<Session>, added: readonly ChatMessage[] = []) => {
    kept = { ...kept!, ...by };
    rows = [...rows, ...added];
  };
  /** @returns what is in the transcript then, and what was expected to be */
  const say = async (text: string, limit = 3, sessionId?: string) => {
    let expected: Updated | undefined;
    const decide: Decide = (session = newSession("k", "s", 1)) => ({
      session: { ...session, sessionId: sessionId ?? session.sessionId, messages: session.messages + 1 },
      append: [said(text)],
    });
    const told = await sessions.updateAndRead("main", "k", decide, limit, (soon) => (expected = soon));
    return { rows: wordsOf(told), expected: expected && wordsOf(expected), held: told === expected };
  };
  return { sessions, asked, count, change, say, kept: () => kept };
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

test("of a conversation that goes on the transcript is read once, and known at once from then on", async () => {
  const { asked, say, count } = elsewhere();
  assert.deepEqual(await say("one"), { rows: "one", expected: undefined, held: false });
  assert.deepEqual(await say("two"), { rows: "one two", expected: "one two", held: true });
  await count();
  assert.deepEqual(await say("three"), { rows: "one two three", expected: "one two three", held: true });
  assert.deepEqual(await say("four"), { rows: "two three four", expected: "two three four", held: true });
  assert.deepEqual(asked, ["find", "commit and read", "commit", "commit", "commit", "commit"]);
  assert.equal((await say("more", 5)).rows, "one two three four more");
});

test("what others have said meanwhile is in it, and was not to be expected", async () => {
  const { say, change } = elsewhere();
  await say("one");
  change({ messages: 2 }, [said("theirs")]);
  assert.deepEqual(await say("two"), { rows: "one theirs two", expected: "one two", held: false });
  assert.equal((await say("three", 9)).rows, "one theirs two three");
});

test("a conversation that begins anew has no past", async () => {
  const { say } = elsewhere();
  await say("one");
  assert.equal((await say("first", 3, "another")).rows, "first");
  assert.equal((await say("second", 3)).rows, "first second");
});

test("a change that failed leaves nothing to expect", async () => {
  let isBroken = false;
  const { sessions } = elsewhere();
  const broken = sessionsFrom({
    ...sessions,
    commit: async () => {
      if (isBroken) throw new Error("disk full");
      return { left: { session: newSession("k", "s", 1), transcript: [said("one")] } };
    },
  });
  const expected: Updated[] = [];
  const change = () =>
    broken.updateAndRead(
      "main",
      "k",
      () => ({ session: newSession("k", "s", 1) }),
      3,
      (soon) => expected.push(soon),
    );
  await change();
  isBroken = true;
  await assert.rejects(change(), /disk full/);
  isBroken = false;
  await change();
  assert.equal(expected.length, 1);
});
