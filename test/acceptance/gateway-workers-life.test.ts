// `gateway run --workers 2`: workers come, die and end.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import * as act from "../fakes/upstream-actions.ts";
import { chatFrames } from "../fakes/wire-samples.ts";
import { eventually } from "../support/eventually.ts";
import { keyOf } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";
import {
  ask,
  callsOf,
  limited,
  LONG_MS,
  served,
  startWithWorkers,
  textsOf,
  TOKEN,
  workersOf,
} from "../support/workers.ts";

describe("workers", { concurrency: 2 }, () => {
  test("a worker that is killed is replaced; a stream of the other goes on; its bars are known to the new one", async (t) => {
    const frames = chatFrames("one two three four");
    const killed = Promise.withResolvers<void>();
    const place = await startWithWorkers(t, {
      names: ["a", "b"],
      script: (call) => {
        if (call.key === keyOf("p", "a")) return limited(3600);
        return call.body.json["stream"]
          ? act.holdAfterFrames(3, { frames }, killed.promise)
          : served(call, 0);
      },
    });
    assert.deepEqual(textsOf([await ask(place)]), ["b"]);
    const before = await workersOf(place);
    const headers = { authorization: `Bearer ${TOKEN}` };
    const stream = () =>
      send(`${place.gateway.url}/v1/chat/completions`, {
        headers,
        body: JSON.stringify({
          model: "p/m1",
          stream: true,
          messages: [{ role: "user", content: "Count." }],
        }),
      });
    const streams = [stream(), stream()];
    await eventually(() => assert.equal(callsOf(place, "b"), 3), LONG_MS);
    process.kill(before[0]!, "SIGKILL");
    await Promise.race(streams.map((one) => one.catch(() => undefined)));
    killed.resolve();
    const ends = await Promise.all(streams.map((one) => one.catch(() => undefined)));
    assert.equal(ends.filter((end) => end?.text === frames.join("")).length, 1, "one of the two goes on");
    await eventually(async () => {
      const after = await workersOf(place);
      assert.equal(after.length, 2);
      assert.ok(!after.includes(before[0]!) && after.includes(before[1]!));
    }, LONG_MS);
    for (let n = 0; n < 6; n++) assert.deepEqual(textsOf([await ask(place)]), ["b"]);
    assert.equal(callsOf(place, "a"), 1);
    assert.match(place.gateway.printed(), /Worker \d \(pid \d+\) ended \(SIGKILL\); another one is started/);
  });

  test("a stop lets the streams of all workers end, and leaves no process", async (t) => {
    const frames = chatFrames("one two three four five six");
    const place = await startWithWorkers(t, { script: () => act.stream({ frames, delayMs: 150 }) });
    const workers = await workersOf(place);
    const headers = { authorization: `Bearer ${TOKEN}` };
    const body = JSON.stringify({
      model: "p/m1",
      stream: true,
      messages: [{ role: "user", content: "Count." }],
    });
    const streams = [1, 2, 3, 4].map(() =>
      send(`${place.gateway.url}/v1/chat/completions`, { headers, body }),
    );
    await eventually(() => assert.equal(place.upstream.calls.length, 4), LONG_MS);
    place.gateway.kill("SIGTERM");
    for (const { text } of await Promise.all(streams)) assert.equal(text, frames.join(""));
    assert.equal(
      await Promise.race([place.gateway.ended, pause(LONG_MS, "still running", { ref: false })]),
      0,
    );
    for (const pid of workers) assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  });

  test("workers end when their primary is killed", async (t) => {
    const place = await startWithWorkers(t, {});
    const workers = await workersOf(place);
    place.gateway.kill("SIGKILL");
    await place.gateway.ended;
    await eventually(() => {
      for (const pid of workers) assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
    }, LONG_MS);
  });

  test("a port that is taken, and a second gateway, are told as ever", async (t) => {
    const place = await startWithWorkers(t, {});
    const second = await place.home.start("--port", String(place.gateway.port), "--workers", "2");
    assert.equal(second.port, 0);
    assert.equal(await second.ended, 0);
    assert.ok(second.printed().includes(`pid ${place.gateway.pid}`), second.printed());
    assert.deepEqual(textsOf([await ask(place)]), ["a"]);
  });
});
