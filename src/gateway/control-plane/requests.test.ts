import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequestFrame } from "./protocol.ts";
import type { Seat } from "./requests.ts";
import { Requests } from "./requests.ts";

/** Requests that go on until they are ended by their id. */
function desk() {
  const begun = new Map<string, { readonly seat: Seat; readonly end: () => void }>();
  let isBehind = false;
  const requests = new Requests(
    ({ id }, seat) => new Promise<void>((end) => void begun.set(id, { seat, end })),
    () => requests.begin(isBehind),
  );
  const ask = (id: string, method = "models.list", bytes = 100) => {
    requests.add({ type: "req", id, method } satisfies RequestFrame, bytes);
    requests.begin(isBehind);
  };
  const crowd = (size: number, name = "r") => {
    for (let n = 0; n < size; n++) ask(`${name}${n}`);
  };
  return { begun, requests, ask, crowd, fallBehind: () => void (isBehind = true) };
}

test("so much is done at once; the rest follows in its order", async () => {
  const { begun, crowd, requests } = desk();
  crowd(40);
  assert.equal(begun.size, 32);
  begun.get("r5")!.end();
  await Promise.resolve();
  assert.deepEqual([...begun.keys()].at(-1), "r32");
  assert.equal(requests.isFull, false);
  crowd(100, "s");
  assert.equal(requests.isFull, true);
});

test("what waits for a run takes no place, up to a limit", () => {
  const { begun, ask } = desk();
  for (let n = 0; n < 1000; n++) {
    ask(`agent${n}`, "agent");
    assert.equal(begun.get(`agent${n}`)!.seat.pend(), true);
  }
  ask("one more", "agent");
  assert.equal(begun.get("one more")!.seat.pend(), false);
  ask("abort", "chat.abort");
  assert.ok(begun.has("abort"));
});

test("what ends something is not held up, and overtakes nothing", () => {
  const { begun, ask, crowd } = desk();
  crowd(32);
  ask("send", "chat.send");
  assert.ok(!begun.has("send"));
  ask("abort", "chat.abort");
  assert.deepEqual([...begun.keys()].slice(-2), ["send", "abort"]);
  ask("later");
  assert.ok(!begun.has("later"));
  ask("run", "runs.abort");
  assert.ok(begun.has("run"));
});

test("who does not read is asked nothing more, but may end what it began", () => {
  const { begun, ask, fallBehind, requests } = desk();
  fallBehind();
  ask("list");
  assert.equal(begun.size, 0);
  ask("abort", "chat.abort");
  assert.deepEqual([...begun.keys()], ["list", "abort"]);
  ask("much", "chat.send", 2 * 1024 * 1024);
  assert.equal(requests.isFull, true);
  requests.clear();
  assert.equal(requests.isFull, false);
});
