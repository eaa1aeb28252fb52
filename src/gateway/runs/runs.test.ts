import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { goneSince } from "./gone.ts";
import type { ActiveRun, Gone } from "./runs.ts";
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
    const runs = new Runs(async (ending) => {
      asked.push(ending);
      return ["elsewhere"];
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
