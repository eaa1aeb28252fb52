// What repairs promise, on generated homes: no usable credential is lost or won, and one run is enough.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Credential } from "../core/credential.ts";
import { configOf } from "../config/load.ts";
import type { JsonObject } from "../core/json.ts";
import { CHECKS } from "./all.ts";
import { planRepairs } from "./plan.ts";
import type { Usable } from "./usable.ts";
import { materialOf, missingFrom, plansOf, spoken, usableSet } from "./usable.ts";
import type { AgentWorld, LegacyFile, World } from "./world.ts";

const NOW = 1_800_000_000_000;
const PLACE = "/home/openclaw.json";

interface Parts {
  readonly main?: Partial<AgentWorld>;
  readonly work?: Partial<AgentWorld>;
  readonly config?: JsonObject;
  readonly files?: readonly LegacyFile[];
  readonly env?: Readonly<Record<string, string>>;
}

const agentOf = (id: string, parts: Partial<AgentWorld> = {}): AgentWorld => ({
  id,
  dir: `/home/${id}`,
  database: `/home/${id}/openclaw-agent.sqlite`,
  profiles: new Map(),
  markers: new Map(),
  order: new Map(),
  lastGood: new Map(),
  health: new Map(),
  warnings: [],
  ...parts,
});

function worldOf({ main, work, config = {}, files = [], env = {} }: Parts): World {
  const document = { agents: { list: [{ id: "main" }, { id: "work" }] }, ...config };
  return {
    now: NOW,
    agents: new Map([
      ["main", agentOf("main", main)],
      ["work", agentOf("work", work)],
    ]),
    config: { path: PLACE, document, usable: configOf(PLACE, document), issues: [] },
    files,
    modes: [],
    env: { values: env, everywhere: new Set() },
    plugins: { path: PLACE, warnings: [] },
  };
}

const login = (n: number, provider: string): Credential => ({
  type: "oauth",
  provider,
  access: `acc-fake-${n}`,
  refresh: `ref-fake-${n}`,
  expires: NOW + 1000,
});
const key = (n: number, provider: string): Credential => ({ type: "api_key", provider, key: `sk-fake-${n}` });
const usable = (world: World) => usableSet(plansOf(world));

const ID = fc.constantFrom(
  "openai-codex:a",
  "openai-codex:b",
  "openai:a",
  "openai:b",
  "openai:a-codex",
  "groq:a",
);
const material = fc.tuple(fc.boolean(), fc.nat(2));
const profilesIn = fc
  .uniqueArray(fc.tuple(ID, material), { selector: ([id]) => id, maxLength: 5 })
  .map((entries) =>
    entries.map(([id, [isLogin, n]]) => {
      const provider = id.split(":")[0]!;
      return [id, isLogin ? login(n, provider) : key(n, provider)] as const;
    }),
  );
const ids = fc.uniqueArray(ID, { maxLength: 3 });
const orders = fc.dictionary(fc.constantFrom("openai", "openai-codex", "groq"), ids, { maxKeys: 3 });
const agents = fc.record({
  profiles: profilesIn.map((entries) => new Map(entries)),
  order: orders.map((order) => new Map(Object.entries(order))),
});
const document = fc.record({ profiles: profilesIn.map(Object.fromEntries), order: orders });
const homes = fc.record({
  main: agents,
  work: agents,
  order: orders,
  file: fc.option(document, { nil: undefined }),
  holder: fc.constantFrom("main", "work"),
  env: fc.constantFrom({}, { OPENAI_API_KEY: "sk-fake-env" }),
});

/** Main's, behind an agent's own that was imported: main itself has it as before. */
function covered(world: World, after: World, { agent, provider, profile }: Usable): boolean {
  const ofMain = [...after.agents.get("main")!.profiles.values()].map(materialOf);
  return (
    agent === "work" &&
    world.files.some((file) => file.agent === "work") &&
    ofMain.includes(profile.generation) &&
    [...usable(after).values()].some((each) => each.agent === "work" && each.provider === provider)
  );
}

test("property: what could be used before can be used afterwards, and a second run does nothing", () => {
  fc.assert(
    fc.property(homes, ({ main, work, order, file, holder, env }) => {
      const path = `/home/${holder}/auth-profiles.json`;
      const files = file ? [{ path, kind: "auth-profiles" as const, agent: holder, document: file }] : [];
      const world = worldOf({ main, work, config: { auth: { order } }, files, env });
      const { after, refused } = planRepairs(world, CHECKS);
      const lost = missingFrom(usable(world), usable(after));
      assert.equal(spoken(lost.filter((each) => !covered(world, after, each))), "");
      if (files.length === 0) assert.equal(spoken(missingFrom(usable(after), usable(world))), "");
      const again = planRepairs(after, CHECKS);
      if (refused.length === 0) assert.deepEqual(again.steps, []);
      const old = [...after.agents.values()].flatMap(({ profiles }) => [...profiles.keys()]);
      if (refused.length === 0)
        assert.deepEqual(
          old.filter((id) => id.startsWith("openai-codex")),
          [],
        );
    }),
    { numRuns: 400 },
  );
});

test("an id that is taken by another credential is passed over, in every agent", () => {
  const main = { profiles: new Map([["openai-codex:a", login(1, "openai-codex")]]) };
  const work = { profiles: new Map([["openai:a", key(2, "openai")]]) };
  const config = { auth: { order: { "openai-codex": ["openai-codex:a"] } } };
  const { after } = planRepairs(worldOf({ main, work, config }), CHECKS);
  assert.deepEqual([...after.agents.get("main")!.profiles], [["openai:a-codex", login(1, "openai")]]);
  assert.deepEqual([...after.agents.get("work")!.profiles], [["openai:a", key(2, "openai")]]);
  assert.deepEqual(after.config.usable!.order.get("openai"), ["openai:a-codex", "openai:a"]);
});

test("the same credential under both names becomes one", () => {
  const profiles = new Map([
    ["openai-codex:a", login(1, "openai-codex")],
    ["openai:a", login(1, "openai")],
  ]);
  const { after } = planRepairs(worldOf({ main: { profiles } }), CHECKS);
  assert.deepEqual([...after.agents.get("main")!.profiles], [["openai:a", login(1, "openai")]]);
});

test("a joined order does not hide a key that no order could name", () => {
  const main = {
    profiles: new Map([["openai-codex:a", login(1, "openai-codex")]]),
    order: new Map([["openai-codex", ["openai-codex:a"]]]),
  };
  const world = worldOf({ main, env: { OPENAI_API_KEY: "sk-fake-env" } });
  const { after, steps } = planRepairs(world, CHECKS);
  assert.equal(after.agents.get("main")!.order.size, 0);
  assert.match(steps.map(({ repair }) => repair).join("\n"), /env:OPENAI_API_KEY#1/);
});
