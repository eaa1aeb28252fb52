import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConfigEntry } from "../config/history.ts";
import { placesOf } from "../config/history.ts";
import type { JsonObject } from "../core/json.ts";
import { leftOf } from "../store/history.ts";
import type { FormerProfile, HistoryEntry, StoredProfile } from "../store/store.ts";
import type { Step } from "./undo-judge.ts";
import { reasonsOf, takeBack } from "./undo-judge.ts";
import { joinSteps } from "./undo-steps.ts";

const apiKey = (name: string): StoredProfile => ({
  id: "openai:me",
  credential: { type: "api_key", provider: "openai", key: `sk-fake-${name}` },
  generation: name,
});
const login = (name: string): StoredProfile => ({
  id: "openai:me",
  credential: { type: "oauth", provider: "openai", access: `fake-${name}`, refresh: `fake-r-${name}` },
  generation: name,
});
const former = (profile: StoredProfile): FormerProfile => ({
  type: profile.credential.type,
  generation: profile.generation,
  credential: profile.credential,
});

/** The profile's entries in one store, from state to state. */
function profileEntries(...states: readonly (StoredProfile | undefined)[]): HistoryEntry[] {
  return states.slice(1).map((after, n) => {
    const before = states[n];
    return {
      change: `c${n + 1}`,
      because: "models test",
      at: n + 1,
      item: {
        kind: "profile",
        id: "openai:me",
        before: before ? former(before) : null,
        after: leftOf(after),
      },
    };
  });
}

const worldWith = (profile: StoredProfile | undefined, document: JsonObject = {}) => ({
  document,
  stores: new Map([
    [
      "main",
      { profiles: new Map(profile ? [[profile.id, profile]] : []), order: new Map<string, string[]>() },
    ],
  ]),
});

const stepNamed = (steps: readonly Step[], change: string) => steps.find((step) => step.change === change)!;

/** What stands in the way of taking `change` back while `current` is stored. */
function reasons(entries: readonly HistoryEntry[], change: string, current: StoredProfile | undefined) {
  const step = stepNamed(joinSteps([], [["main", entries]]), change);
  return reasonsOf(takeBack(worldWith(current), step, true).verdicts).join();
}

test("a login comes back only while the history knows no newer one of that profile", () => {
  const once = profileEntries(login("one"), apiKey("k"));
  assert.equal(reasons(once, "c1", apiKey("k")), "");
  // The same key again, over a login that was refreshed in between.
  const twice = [...once, ...profileEntries(undefined, login("two"), apiKey("k")).slice(1)];
  assert.match(reasons(twice, "c1", apiKey("k")), /newer login/);
  assert.equal(reasons(twice, "c2", apiKey("k")), "");
});

test("a login is never put back in place of another", () => {
  const entries = profileEntries(login("one"), login("two"));
  assert.match(reasons(entries, "c1", login("two")), /newer login.*Log in again/);
});

test("the label of a login may go back", () => {
  const named: StoredProfile = {
    ...login("one"),
    credential: { ...login("one").credential, displayName: "x" },
  };
  assert.equal(reasons(profileEntries(login("one"), named), "c1", named), "");
});

test("what was refreshed since is not taken back, what was purged neither", () => {
  assert.match(reasons(profileEntries(undefined, login("one")), "c1", login("two")), /refreshed since/);
  const [entry] = profileEntries(apiKey("a"), undefined);
  const purged = { ...entry!, item: { ...entry!.item, before: { type: "api_key", generation: "a" } } };
  assert.match(reasons([purged as HistoryEntry], "c1", undefined), /purged at a logout/);
});

test("changes of one command in config and stores are one step; the newest comes first", () => {
  const entry = (change: string, at: number): ConfigEntry => ({
    change,
    because: "models test",
    at,
    from: "",
    to: "",
    ...placesOf({}, { [change]: 1 }),
  });
  const steps = joinSteps(
    [entry("c1", 1), entry("other", 5)],
    [["main", profileEntries(undefined, apiKey("a"))]],
  );
  assert.deepEqual(
    steps.map(({ change, config, stores }) => [change, config.length, stores.size]),
    [
      ["other", 1, 0],
      ["c1", 1, 1],
    ],
  );
});

test("an undo that was itself taken back counts for nothing", () => {
  const [first, second] = profileEntries(apiKey("a"), apiKey("b"), apiKey("a")) as [
    HistoryEntry,
    HistoryEntry,
  ];
  const undo = { ...second, undoes: ["c1"] };
  const redo = { ...first, change: "c3", at: 3, undoes: ["c2"] };
  const undone = (entries: readonly HistoryEntry[]) =>
    stepNamed(joinSteps([], [["main", entries]]), "c1").undoneBy;
  assert.equal(undone([first]), undefined);
  assert.equal(undone([first, undo]), "c2");
  assert.equal(undone([first, undo, redo]), undefined);
});

test("several steps are judged one on top of the other", () => {
  const [first, second] = profileEntries(apiKey("a"), apiKey("b"), apiKey("c")) as [
    HistoryEntry,
    HistoryEntry,
  ];
  const steps = joinSteps([], [["main", [first, second]]]);
  let world: Parameters<typeof takeBack>[0] = worldWith(apiKey("c"));
  for (const step of steps) {
    const judged = takeBack(world, step, false);
    assert.deepEqual(judged.verdicts, ["left"]);
    world = judged.world;
  }
  assert.equal(world.stores.get("main")?.profiles.get("openai:me")?.generation, "a");
});

test("a config of another shape by now is refused, and no error", () => {
  const entry: ConfigEntry = {
    change: "c1",
    because: "models test",
    at: 1,
    from: "",
    to: "",
    ...placesOf({ a: { b: 1 } }, { a: { b: 2 } }),
  };
  const [step] = joinSteps([entry], []);
  assert.match(
    reasonsOf(takeBack(worldWith(undefined, { a: "text" }), step!, false).verdicts).join(),
    /a\.b/,
  );
});
