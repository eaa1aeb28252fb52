// Several clients of one store: leases, updates at once, watches.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Credential } from "../../src/core/credential.ts";
import type { Store } from "../../src/store/store.ts";
import type { Context } from "./engine.ts";
import { key, profilesOf, put } from "./engine.ts";

export function leaseSuite({ agent, store, open }: Context): void {
  test("a lease has one owner; fences rise; only its owner gives it back", async () => {
    const a = agent();
    const other = open();
    const first = await store().lease(a, "refresh:openai:a", "one");
    assert.ok("fence" in first);
    assert.deepEqual(await other.lease(a, "refresh:openai:a", "two"), { heldBy: "one" });
    assert.deepEqual(await store().lease(a, "refresh:openai:a", "one"), first);
    assert.ok("fence" in (await other.lease(a, "refresh:openai:b", "two")));
    await store().release(a, first);
    const second = await other.lease(a, "refresh:openai:a", "two");
    assert.ok("fence" in second && second.fence > first.fence);
    await store().release(a, first);
    assert.deepEqual(await store().lease(a, "refresh:openai:a", "one"), { heldBy: "two" });
    await other.close();
  });

  test("of many that want a lease at once, one gets it", async () => {
    const a = agent();
    const clients = Array.from({ length: 4 }, () => open());
    const results = await Promise.all(clients.map((client, n) => client.lease(a, "refresh", `owner${n}`)));
    const holders = results.filter((result) => "fence" in result);
    assert.equal(holders.length, 1);
    const holder = holders[0]!.owner;
    assert.ok(results.every((result) => "fence" in result || result.heldBy === holder));
    await Promise.all(clients.map((client) => client.close()));
  });
}

/** Adds one to a number that the profile carries. */
const countUp = (store: Store, agent: string, id: string): Promise<boolean> =>
  store.update(agent, { profiles: [id] }, ({ profiles }) => {
    const old = (profiles.get(id)?.credential ?? key("1")) as Credential & { count?: number };
    const counted: Credential & { count?: number } = { ...old, count: (old.count ?? 0) + 1 };
    return { profiles: new Map([[id, counted]]) };
  });

export function clientSuite({ agent, store, open }: Context): void {
  test("no update of several clients is lost", async () => {
    const a = agent();
    const clients = Array.from({ length: 3 }, () => open());
    await Promise.all(
      clients.flatMap((client) => Array.from({ length: 6 }, () => countUp(client, a, "x:n"))),
    );
    const [, credential] = (await profilesOf(store(), a))[0]!;
    assert.equal((credential as Credential & { count: number }).count, 18);
    await Promise.all(clients.map((client) => client.close()));
  });

  test("a second client sees what the first wrote, and the first may close", async () => {
    const a = agent();
    const first = open();
    await put(first, a, { "openai:a": key("1", { note: ["kept", { deep: null }] }) });
    await first.close();
    const second = open();
    assert.deepEqual(await profilesOf(second, a), [
      ["openai:a", key("1", { note: ["kept", { deep: null }] })],
    ]);
    await second.close();
  });

  test("every watch of a store hears, of its own updates too", async () => {
    const a = agent();
    const watcher = open();
    const heard = [0, 0];
    const stops = heard.map((_, n) => watcher.watch([a], () => (heard[n] = heard[n]! + 1)));
    for (const secret of ["1", "2"]) {
      const earlier = [...heard];
      const deaf = () => heard.some((count, n) => count === earlier[n]);
      await put(watcher, a, { "openai:a": key(secret) });
      const giveUp = Date.now() + 60_000;
      while (deaf() && Date.now() < giveUp) await new Promise((done) => setTimeout(done, 20));
      assert.ok(!deaf(), `heard ${heard}, and before that ${earlier}`);
    }
    for (const stop of stops) stop();
    await watcher.close();
  });

  test("a watcher hears of changes by others, also of a store that comes later", async () => {
    const a = agent();
    const [watcher, writer] = [open(), open()];
    const heard: string[] = [];
    const until = async (count: number) => {
      const giveUp = Date.now() + 60_000;
      while (heard.length < count && Date.now() < giveUp) await new Promise((done) => setTimeout(done, 20));
      assert.ok(heard.length >= count, `heard ${heard.length} of ${count}`);
    };
    const stop = watcher.watch([a], (changed) => heard.push(changed));
    await watcher.read(a);
    await put(writer, a, { "openai:a": key("1") });
    await until(1);
    const earlier = heard.length;
    await put(writer, a, { "openai:a": key("2") });
    await until(earlier + 1);
    assert.ok(heard.every((each) => each === a));
    stop();
    await Promise.all([watcher.close(), writer.close()]);
  });
}
