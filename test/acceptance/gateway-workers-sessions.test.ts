// `gateway run --workers 2`: a conversation is one, whichever worker serves its calls.
import assert from "node:assert/strict";
import { text as textOf } from "node:stream/consumers";
import { test } from "node:test";
import * as act from "../fakes/upstream-actions.ts";
import { chatFrames } from "../fakes/wire-samples.ts";
import { controlClient } from "../support/control-client.ts";
import { eventually } from "../support/eventually.ts";
import { send } from "../support/http-client.ts";
import { LONG_MS, startWithWorkers, TOKEN } from "../support/workers.ts";

test("a conversation over HTTP goes on in all workers: transcript, commands, line, end", async (t) => {
  const place = await startWithWorkers(t, {
    script: ({ body }) => {
      const { messages } = body.json;
      const { content } = messages.at(-1);
      if (content.includes("hold")) return act.stallAfterFrames(4, { frames: chatFrames("one two three") });
      return act.stream({ frames: chatFrames(`${messages.length} messages, last ${content}`) });
    },
    config: {
      gateway: {
        auth: { mode: "token", token: TOKEN },
        http: { endpoints: { chatCompletions: { enabled: true } } },
      },
    },
  });
  /** Each on a connection of its own, which goes to the next worker. */
  const call = (content: string, over: object = {}, key = "thread") =>
    send(`${place.gateway.url}/v1/chat/completions`, {
      headers: { authorization: `Bearer ${TOKEN}`, ...(key ? { "x-openclaw-session-key": key } : {}) },
      body: JSON.stringify({ model: "openclaw", messages: [{ role: "user", content }], ...over }),
    });
  for (const [i, word] of ["a", "b", "c", "d"].entries())
    assert.match((await call(word)).text, new RegExp(`${2 * i + 1} messages, last ${word}`));
  for (const user of ["", "u", "u"]) await call("x", { user }, "");
  assert.match((await call("x", { user: "u" }, "")).text, /5 messages, last x/);

  // What was said is kept behind its answer.
  await eventually(async () =>
    assert.match((await call("/status")).text, /Session: agent:main:thread .*8 messages/),
  );
  assert.match((await call("/new")).text, /New session started/);
  assert.match((await call("anew")).text, /1 messages, last anew/);
  await eventually(async () => {
    const history = await send(`${place.gateway.url}/sessions/thread/history`, {
      method: "GET",
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    assert.equal(JSON.parse(history.text).messages.length, 2);
  });

  // Ordered over all of them, and ended from the primary, a worker, or by leaving.
  const client = await controlClient(place.gateway.url, { auth: { token: TOKEN } });
  t.after(() => client.close());
  const runs = async (): Promise<string[]> =>
    (await client.ask("sessions.list", { search: "thread" })).sessions[0].activeRunIds;
  const waiting = (count: number) =>
    eventually(async () => assert.equal((await runs()).length, count), LONG_MS);
  /** Once its stream has begun: a run is active before that, and has none when it is ended then. */
  const streams = async () => {
    const { status, body } = await fetch(`${place.gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "x-openclaw-session-key": "thread", connection: "close" },
      body: JSON.stringify({
        model: "openclaw",
        stream: true,
        messages: [{ role: "user", content: "hold on" }],
      }),
    });
    return { end: textOf(body!).then((text) => ({ status, text })) };
  };
  const { end: held } = await streams();
  await waiting(1);
  const stopped = call("never said");
  await waiting(2);
  const answered = call("second");
  await waiting(3);
  const [first, second] = await runs();
  for (const runId of [second, first])
    assert.deepEqual((await client.ask("chat.abort", { sessionKey: "thread", runId })).runIds, [runId]);
  assert.equal((await stopped).status, 409);
  assert.match((await held).text, /begun anew \(rpc\)[^]*\[DONE\]/);
  assert.match((await answered).text, /3 messages, last second/);
  await waiting(0);
  const last = [(await streams()).end];
  await waiting(1);
  last.push(call("never said"));
  await waiting(2);
  assert.match((await call("/stop")).text, /Stopped 2 answers/);
  for (const one of last) assert.match((await one).text, /\(stop\)/);
  await waiting(0);

  // Runs of all workers are seen, told and ended, whichever of them has them.
  await client.ask("sessions.subscribe");
  const begun = (): string[] =>
    client.frames
      .filter(({ event }) => event === "runs.started")
      .flatMap(({ payload }) => payload.runs.map(({ runId }: { runId: string }) => runId));
  const plain = Array.from({ length: 4 }, () => call("hold on", { model: "p/m1", stream: true }, ""));
  const inSession = call("hold on", { stream: true }, "seen");
  const active = async () => (await client.ask("runs.active")).runs;
  await eventually(async () => assert.equal((await active()).length, 5), LONG_MS);
  const seen = await active();
  const ids: string[] = seen.map(({ runId }: { runId: string }) => runId);
  assert.deepEqual(new Set(seen.map(({ provider }: any) => provider)), new Set(["p"]));
  assert.deepEqual(
    seen.flatMap(({ sessionKey }: any) => sessionKey ?? []),
    ["agent:main:seen"],
  );
  await eventually(
    () =>
      assert.deepEqual(
        ids.filter((id) => !begun().includes(id)),
        [],
      ),
    LONG_MS,
  );
  const aborted = await client.ask("runs.abort", { runIds: [...ids, "of nobody"] });
  assert.deepEqual(aborted.runIds.toSorted(), ids.toSorted());
  for (const one of await Promise.all([...plain, inSession])) assert.match(one.text, /\(rpc\)/);
  for (const id of ids)
    await client.event("runs.ended", (told) => told.runs.some(({ runId }: any) => runId === id));
  const changes = () =>
    client.frames.flatMap(({ event, payload }) =>
      event === "sessions.changed" && payload.sessionKey === "agent:main:seen" ? payload.reason : [],
    );
  await eventually(() => assert.deepEqual([changes()[0], changes().at(-1)], ["send", "end"]), LONG_MS);
  assert.deepEqual(await active(), []);
  assert.deepEqual(await client.ask("runs.abort", { runIds: ids }), { ok: true, aborted: false, runIds: [] });
  const kept = (await client.ask("runs.list", { limit: 500 })).runs;
  const page = await send(`${place.gateway.url}/metrics`, {
    method: "GET",
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  const counted = [...page.text.matchAll(/^openclaw_run_completed_total\{.*\} (\d+)$/gm)].map(([, n]) =>
    Number(n),
  );
  assert.equal(
    counted.reduce((sum, n) => sum + n, 0),
    kept.length,
  );

  // What waits for a call that loses its credentials ends with it, wherever either of them is.
  const revoked = [(await streams()).end];
  await waiting(1);
  const asked = place.upstream.calls.length;
  for (const count of [2, 3]) {
    revoked.push(call("never said"));
    await waiting(count);
  }
  await client.ask("chat.send", { sessionKey: "thread", message: "never said", idempotencyKey: "turn" });
  await waiting(4);
  const all = await runs();
  const { abortedRunIds } = await client.ask("models.authLogout", { provider: "p", agentId: "main" });
  assert.deepEqual(abortedRunIds.toSorted(), all.toSorted());
  const [stream, ...others] = await Promise.all(revoked);
  assert.match(stream!.text, /auth-revoked[^]*\[DONE\]/);
  for (const { status, text } of others) {
    assert.equal(status, 401);
    assert.equal(JSON.parse(text).error.stopReason, "auth-revoked");
  }
  const turn = await client.event("chat", ({ runId }) => runId === "turn");
  assert.deepEqual([turn.state, turn.stopReason], ["aborted", "auth-revoked"]);
  assert.equal(place.upstream.calls.length, asked, "who waits asks no provider");
});
