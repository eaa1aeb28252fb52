import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { goneSince } from "./gone.ts";
import type { ActiveRun, Gone, RunsElsewhere } from "./runs.ts";
import { AUTH_REVOKED, Runs } from "./runs.ts";

/** A run of `provider`, which uses the profile `id` of main, or waits for `ahead`. */
function fakeRun(runId: string, provider: string, id: string, ahead?: ActiveRun, told: string[] = []) {
  return {
    runId,
    stopReason: undefined as string | undefined,
    provider: () => provider,
    hasLostProvider: (gone?: Gone) =>
      ahead ? ahead.stopReason === AUTH_REVOKED : gone?.owner === "main" && gone.ids.has(id),
    abort(reason: string) {
      this.stopReason ??= reason;
      told.push(runId);
    },
  };
}

const nothingElsewhere: RunsElsewhere = {
  end: async () => [],
  abort: async () => [],
  rows: async () => [],
  watch: () => undefined,
};

const reading = (ids: readonly string[], damaged = false): any => ({
  version: ids.join(),
  state: { profiles: ids.map((id) => ({ id })), ...(damaged ? { damaged: true } : {}) },
});

describe("runs whose credentials are taken away", () => {
  test("all that use them end in one step, what waits for them too, and no others", async () => {
    const runs = new Runs();
    const told: string[] = [];
    const first = fakeRun("first", "p", "p:a", undefined, told);
    const rest = [
      fakeRun("other", "q", "q:a", undefined, told),
      fakeRun("behind", "p", "p:a", first, told),
      fakeRun("second", "p", "p:a", undefined, told),
    ];
    for (const run of [first, ...rest]) runs.add(run);
    const ended = runs.end({ gone: { owner: "main", ids: new Set(["p:a"]) } });
    // Before anything else happens.
    assert.deepEqual(told, ["first", "behind", "second"]);
    assert.deepEqual(await ended, ["first", "behind", "second"]);
  });

  test("a provider's runs are named once they have ended for it, those of other processes as well", async () => {
    const asked: unknown[] = [];
    const runs = new Runs({
      ...nothingElsewhere,
      end: async (ending) => {
        asked.push(ending);
        return ["elsewhere"];
      },
    });
    const stopped = fakeRun("stopped", "p", "p:a");
    stopped.abort("rpc");
    const ended = fakeRun("ended", "p", "p:a");
    for (const run of [stopped, ended, fakeRun("other", "q", "q:a"), fakeRun("mine", "p", "env")])
      runs.add(run);
    runs.delete(ended);
    assert.deepEqual(await runs.end({ providers: new Set(["p"]) }), ["mine", "elsewhere"]);
    assert.deepEqual(asked, [{ providers: new Set(["p"]) }]);
    assert.equal(ended.stopReason, undefined);
  });

  test("what a store lacks since it was last read is gone; what cannot be read is not", () => {
    const before = reading(["p:a", "p:b"]);
    assert.deepEqual(goneSince("main", before, reading(["p:b"])), { owner: "main", ids: new Set(["p:a"]) });
    assert.equal(goneSince("main", before, reading(["p:b", "p:a", "p:c"])), undefined);
    assert.equal(goneSince("main", before, reading([], true)), undefined);
    assert.equal(goneSince("main", undefined, reading([])), undefined);
  });
});

describe("runs of several processes", () => {
  test("are one list, the newest first; what came from one into the other is listed once", async () => {
    const elsewhere = [
      { runId: "there", provider: "p", startedAt: 2 },
      { runId: "waits", provider: "q", startedAt: 4 },
    ];
    const runs = new Runs({ ...nothingElsewhere, rows: async () => elsewhere });
    const about = (startedAt: number) => () => ({ agentId: "main", startedAt });
    runs.add({ ...fakeRun("old", "p", "p:a"), about: about(1) });
    runs.add(fakeRun("waits", "p", "p:a"));
    runs.add({ ...fakeRun("new", "p", "p:a"), about: about(3) });
    const rows = await runs.rows();
    assert.deepEqual(
      rows.map(({ runId, provider }) => `${runId} ${provider}`),
      ["waits q", "new p", "there p", "old p"],
    );
  });

  test("are ended by id; what had ended is not named", async () => {
    const asked: unknown[] = [];
    const abort: RunsElsewhere["abort"] = async (runIds, reason) => {
      asked.push([...runIds], reason);
      return ["there"];
    };
    const runs = new Runs({ ...nothingElsewhere, abort });
    const [here, over, other] = ["here", "over", "other"].map((id) => fakeRun(id, "p", "p:a"));
    over!.abort("stop");
    for (const run of [here, over, other]) runs.add(run!);
    assert.deepEqual(await runs.abort(["here", "over", "there"], "rpc"), ["here", "there"]);
    assert.deepEqual(asked, [["here", "over", "there"], "rpc"]);
    assert.deepEqual([here!.stopReason, over!.stopReason, other!.stopReason], ["rpc", "stop", undefined]);
  });

  test("other processes tell of theirs as long as somebody looks on", () => {
    const told: boolean[] = [];
    const runs = new Runs({ ...nothingElsewhere, watch: (isWatched) => told.push(isWatched) });
    runs.watcher = { began: () => undefined, ended: () => undefined };
    runs.watcher = undefined;
    assert.deepEqual(told, [true, false]);
  });
});
