// The store of conversations: by itself, and behind the store's thread as the gateway has it.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { ChatMessage } from "../../src/core/session.ts";
import { begunAgain, newSession, textOf } from "../../src/core/session.ts";
import type { SessionStore } from "../../src/store/sessions.ts";
import {
  MOST_MESSAGES,
  MOST_READ_CHARACTERS,
  MOST_SESSIONS,
  openSessionStore,
  sessionFile,
} from "../../src/store/sessions.ts";
import { openStoreInWorker } from "../../src/store/worker.ts";

const KEY = "agent:main:s";
const said = (text: string): ChatMessage => ({
  role: "user",
  content: [{ type: "text", text }],
  timestamp: 1,
});

const KINDS: Record<string, (home: string) => { store: SessionStore; close(): Promise<void> }> = {
  "by itself": (home) => {
    const store = openSessionStore((agent) => sessionFile(databaseIn(home, agent)));
    return { store, close: () => store.close() };
  },
  "in a thread": (home) => {
    const services = openStoreInWorker({
      paths: { globalDir: home, agentDatabase: (agent) => databaseIn(home, agent) },
      now: Date.now,
      thread: new URL("../../src/store/store-thread.ts", import.meta.url),
    });
    return { store: services.sessions, close: () => services.close() };
  },
};
const databaseIn = (home: string, agent: string): string => join(home, agent, "openclaw-agent.sqlite");

for (const [kind, open] of Object.entries(KINDS))
  describe(`sessions, ${kind}`, () => {
    let home: string;
    let store: SessionStore;
    let close: () => Promise<void>;
    beforeEach(() => {
      home = mkdtempSync(join(tmpdir(), "sessions-"));
      ({ store, close } = open(home));
    });
    afterEach(async () => {
      await close();
      rmSync(home, { recursive: true, force: true });
    });
    const put = (key: string, at: number, ...texts: string[]) =>
      store.update("main", key, (session) => ({
        session: { ...(session ?? newSession(key, `id of ${key}`, at)), updatedAt: at },
        append: texts.map(said),
      }));
    const texts = async (limit = 100) => {
      const session = await store.find("main", KEY);
      return (await store.messages("main", session!.sessionId, limit)).map(
        ({ content }) => (content[0] as any).text,
      );
    };

    test("reading creates nothing", async () => {
      assert.equal(await store.find("main", KEY), undefined);
      assert.deepEqual([await store.list("main"), await store.messages("main", "x", 5)], [[], []]);
      assert.deepEqual(readdirSync(home), []);
    });

    test("what was said comes back in order, the newest first to be kept", async () => {
      await put(KEY, 1, "one", "two");
      await put(KEY, 2, "three");
      assert.deepEqual(await texts(), ["one", "two", "three"]);
      assert.deepEqual(await texts(2), ["two", "three"]);
      const long = "x".repeat(MOST_READ_CHARACTERS / 2);
      await put(KEY, 2, long, long, "end");
      assert.deepEqual(
        (await texts()).map(({ length }) => length),
        [long.length, 3],
      );
      await put(KEY, 3, ...Array.from({ length: MOST_MESSAGES }, (_, n) => `${n}`));
      assert.equal((await texts(MOST_MESSAGES + 10)).length, MOST_MESSAGES);
    });

    test("what was changed is told with its transcript, and what was not as it is", async () => {
      await put(KEY, 1, "one", "two");
      const say = (text?: string) =>
        store.updateAndRead(
          "main",
          KEY,
          text ? (session) => ({ session: session!, append: [said(text)] }) : () => undefined,
          2,
        );
      const words = async (text?: string) => (await say(text)).transcript.map(textOf);
      assert.deepEqual(await words("three"), ["two", "three"]);
      assert.deepEqual(await words(), ["two", "three"]);
      assert.deepEqual(await words("four"), ["three", "four"]);
      assert.deepEqual(await store.updateAndRead("main", KEY, () => ({ session: null }), 2), {
        session: undefined,
        transcript: [],
      });
      assert.deepEqual(await store.updateAndRead("main", KEY, () => undefined, 2), {
        session: undefined,
        transcript: [],
      });
    });

    test("many at once lose nothing, and a new beginning has no past", async () => {
      await Promise.all(Array.from({ length: 20 }, (_, n) => put(KEY, n, `${n}`)));
      assert.deepEqual((await texts()).toSorted(), Array.from({ length: 20 }, (_, n) => `${n}`).toSorted());
      await store.update("main", KEY, (session) => ({ session: begunAgain(session!, "another", 30) }));
      assert.deepEqual(await texts(), []);
      assert.deepEqual(await store.messages("main", `id of ${KEY}`, 5), []);
    });

    test("newest first; beyond the limit the oldest go; a removed one is gone with its rows", async () => {
      await put("agent:main:old", 1);
      await put("agent:main:new", 2, "hello");
      assert.deepEqual(
        (await store.list("main")).map(({ key }) => key),
        ["agent:main:new", "agent:main:old"],
      );
      assert.equal(await store.update("main", "agent:main:new", () => ({ session: null })), undefined);
      assert.deepEqual(await store.messages("main", "id of agent:main:new", 5), []);
      fill(sessionFile(databaseIn(home, "main")), MOST_SESSIONS + 5);
      await put(KEY, MOST_SESSIONS * 2);
      assert.equal((await store.list("main")).length, MOST_SESSIONS);
    });

    test("what decides may refuse, and rows of garbage cost only themselves", async () => {
      await put(KEY, 1, "kept");
      await assert.rejects(
        store.update("main", KEY, () => {
          throw new Error("no");
        }),
        /no/,
      );
      assert.deepEqual(await store.update("main", KEY, () => undefined), await store.find("main", KEY));
      const db = new DatabaseSync(sessionFile(databaseIn(home, "main")));
      const message = db.prepare("INSERT INTO access_messages VALUES (?, ?, ?)");
      const row = db.prepare("INSERT INTO access_sessions VALUES (?, ?, ?, ?)");
      const torn = [
        '{"role":',
        '{"role":"user","content":7}',
        '{"role":"user","content":[null,7,{"type":"text"},{"type":"image"}]}',
        '{"role":"assistant","content":[{"type":"text","text":5},{"type":"text","text":"in part"}]}',
        new Uint8Array([1, 2, 3]),
        JSON.stringify(said("x".repeat(40_000_000))),
      ];
      for (const [n, text] of torn.entries()) message.run(`id of ${KEY}`, 90 + n, text);
      row.run("agent:main:null", "g", 9_223_372_036_854_775_807n, "null");
      row.run("agent:main:long", "g", 5, `{"x":"${"x".repeat(1_000_000)}"}`);
      row.run("no key", "g", 5, "{}");
      db.close();
      assert.deepEqual(await texts(), ["kept", "in part"]);
      const found = await store.list("main");
      assert.deepEqual(found.map(({ key }) => key).toSorted(), ["agent:main:long", "agent:main:null", KEY]);
    });

    test("of a session that is garbage its transcript is kept, and what a newer version wrote", async () => {
      await put(KEY, 1, "kept");
      const fields = { models: [null], model: "p/m1", profile: 3, served: {}, usage: 7, messages: "no" };
      const ok = { models: [{ provider: "p", model: "m1" }], profile: { id: "p:a", source: "user" } };
      const db = new DatabaseSync(sessionFile(databaseIn(home, "main")));
      const set = db.prepare("UPDATE access_sessions SET session_json = ?");
      set.run(JSON.stringify({ key: "another", createdAt: "never", ...fields, mood: "good" }));
      const plain = { ...newSession(KEY, `id of ${KEY}`, 1), mood: "good" };
      assert.deepEqual(await store.find("main", KEY), plain);
      await put(KEY, 1, "more");
      assert.deepEqual(await texts(), ["kept", "more"]);
      set.run(JSON.stringify({ ...plain, ...ok }));
      assert.deepEqual(await store.find("main", KEY), { ...plain, ...ok });
      db.close();
    });

    test("a new conversation is kept also when the clock was set back", async () => {
      await put("agent:main:first", 1);
      fill(sessionFile(databaseIn(home, "main")), MOST_SESSIONS + 5);
      await put(KEY, 0, "hello");
      assert.deepEqual(await texts(), ["hello"]);
    });
  });

function fill(file: string, count: number): void {
  const db = new DatabaseSync(file);
  db.exec("BEGIN");
  const insert = db.prepare("INSERT INTO access_sessions VALUES (?, ?, ?, ?)");
  for (let n = 0; n < count; n++) {
    const session = newSession(`agent:main:${n}`, `${n}`, n);
    insert.run(session.key, session.sessionId, n, JSON.stringify(session));
  }
  db.exec("COMMIT");
  db.close();
}
