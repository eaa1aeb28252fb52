// Lists that other programs read: the shapes stay OpenClaw's, the content is true of this program.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { join } from "node:path";
import { newSession } from "../../src/core/session.ts";
import { openSessionStore, sessionFile } from "../../src/store/sessions.ts";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";

let home: CliHome;
beforeEach(() => (home = cliHome()));
afterEach(() => home.remove());

test("channels list names the profiles, and keeps no secret of them or of a channel", async () => {
  const channels = {
    telegram: { botToken: "123:fake-bot-token", accounts: { ops: {}, home: {} } },
    defaults: {},
  };
  home.write(".openclaw/openclaw.json", JSON.stringify({ channels }));
  await home.run(["models", "auth", "paste-api-key", "--provider", "openai"], {
    stdin: "sk-fake-0123456789abcdef",
  });
  const { exit, out } = await home.run(["channels", "list", "--json"]);
  assert.equal(exit, 0);
  assert.deepEqual(JSON.parse(out), {
    chat: { telegram: { accounts: ["ops", "home"], installed: false, origin: "configured" } },
    auth: [{ id: "openai:manual", provider: "openai", type: "api_key", isExternal: false }],
  });
  const human = await home.run(["channels", "list"]);
  assert.match(human.out, /openai:manual/);
  assert.doesNotMatch(out + human.out, /fake/);
});

test("on an empty home there are no channels and no plugins, and nothing is written", async () => {
  assert.deepEqual(await home.json("channels", "list"), { chat: {}, auth: [] });
  const { plugins, diagnostics, providers } = await home.json("plugins", "list");
  assert.deepEqual([plugins, diagnostics], [[], []]);
  assert.ok(providers.some(({ id }: { id: string }) => id === "anthropic"));
  assert.equal((await home.run(["plugins"])).exit, 0);
  assert.equal((await home.run(["channels"])).exit, 0);
  assert.deepEqual(home.files(), []);
});

test("sessions lists what is kept of conversations, newest first, of one agent or all", async () => {
  home.write(
    ".openclaw/openclaw.json",
    JSON.stringify({
      agents: { defaults: { model: "openai/gpt-4o" }, list: [{ id: "main", default: true }, { id: "work" }] },
    }),
  );
  assert.match((await home.run(["sessions"])).out, /^No conversations\. Begin one: openclaw chat$/m);
  assert.deepEqual(home.files(), [".openclaw", ".openclaw/openclaw.json"]);

  const fileOf = (agent: string) =>
    sessionFile(join(home.path, ".openclaw", "agents", agent, "agent", "openclaw-agent.sqlite"));
  const store = openSessionStore(fileOf);
  const keep = (agent: string, name: string, ageMs: number, over = {}) => {
    const key = `agent:${agent}:${name}`;
    const session = { ...newSession(key, `id-of-${name}`, Date.now() - ageMs), ...over };
    return store.update(agent, key, () => ({ session }));
  };
  const pinned = {
    label: "Mine",
    model: { provider: "openai", model: "gpt-5" },
    profile: { id: "openai:work", source: "user" },
    usage: { input: 10, output: 5, turns: 1 },
  };
  await keep("main", "old", 7_200_000);
  await keep("main", "new", 60_000, pinned);
  await keep("work", "other", 1000);
  await store.close();

  const { path, sessions, ...counts } = await home.json("sessions");
  assert.equal(path, fileOf("main"));
  assert.deepEqual(counts, {
    count: 2,
    totalCount: 2,
    limitApplied: 100,
    hasMore: false,
    activeMinutes: null,
  });
  const [newest, oldest] = sessions;
  assert.deepEqual([newest.key, oldest.key], ["agent:main:new", "agent:main:old"]);
  assert.deepEqual([newest.label, oldest.label], ["Mine", undefined]);
  assert.deepEqual([newest.modelProvider, newest.model, newest.modelPinned], ["openai", "gpt-5", true]);
  assert.deepEqual([newest.authProfileOverride, newest.totalTokens], ["openai:work", 15]);
  assert.deepEqual([oldest.model, oldest.authProfileOverride], ["gpt-4o", undefined]);
  assert.ok(oldest.contextTokens > 0);

  const all = await home.json("sessions", "--all-agents", "--limit", "1");
  assert.deepEqual([all.path, all.stores.length, all.hasMore, all.totalCount], [null, 2, true, 3]);
  assert.equal(all.sessions[0].key, "agent:work:other");
  assert.equal((await home.json("sessions", "--active", "60")).count, 1);
  const human = await home.run(["sessions", "--limit", "all"]);
  assert.match(
    human.out,
    /^agent:main:new \(Mine\) +\d+ (seconds?|minutes?) ago +openai\/gpt-5@openai:work +1 turn, 15 tokens$/m,
  );
  for (const wrong of [
    ["--limit", "0"],
    ["--active", "-3"],
    ["--agent", "ghost"],
    ["--agent", "main", "--all-agents"],
  ]) {
    const { exit, err } = await home.run(["sessions", ...wrong]);
    assert.equal(exit, 1, wrong.join(" "));
    assert.match(err, /--limit|--active|ghost|--all-agents/);
  }
});
