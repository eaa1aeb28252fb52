// What a watcher of the SQLite store hears: everything but health that its own store wrote.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../support/eventually.ts";
import type { Store } from "../../src/store/store.ts";
import { apiKey, inHome } from "./home.ts";

let seq = 0;
const observe = (store: Store, writer: string) => {
  const event = { kind: "success", model: "m", startedAt: 1, at: ++seq } as const;
  const about = { agent: "main", profileId: "env:X#1", provider: "x", generation: "g" };
  return store.applyHealth([{ ...about, event, writer, seq }]);
};

test("own health is no news; health by others, and own credentials, are", () =>
  inHome(async ({ open }) => {
    const [store, other] = [open(), open()];
    const heard: string[] = [];
    const hears = (what: string) => {
      const before = heard.length;
      return async () => {
        const giveUp = Date.now() + 60_000;
        while (heard.length === before && Date.now() < giveUp) await sleep(20);
        assert.ok(heard.length > before, `not heard: ${what}`);
        await sleep(100);
      };
    };
    store.watch(["main"], (agent) => heard.push(agent));
    const first = hears("own credentials");
    await store.update("main", { profiles: ["openai:a"] }, () => ({
      profiles: new Map([["openai:a", apiKey("1")]]),
    }));
    await first();
    // A notice of what was written before may still come: some round is quiet.
    await eventually(async () => {
      const before = heard.length;
      for (let n = 0; n < 3; n++) {
        await observe(store, "own");
        await sleep(60);
      }
      assert.equal(heard.length, before);
    });
    const second = hears("health by another store");
    await observe(other, "other");
    await observe(store, "own");
    await second();
  }));
