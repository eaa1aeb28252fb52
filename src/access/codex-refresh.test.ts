// Codex's own login, read again by many at once.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openMemoryStore } from "../store/memory.ts";
import type { Store } from "../store/store.ts";
import { besideCodex } from "./codex-refresh.ts";

const NOW = 1_800_000_000_000;
const folder = mkdtempSync(join(tmpdir(), "codex-"));
after(() => rmSync(folder, { recursive: true }));

const jwt = (n: number) => {
  const claims = {
    exp: NOW / 1000 + n * 3600,
    "https://api.openai.com/auth": { chatgpt_account_id: "acct-1" },
  };
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.fake`;
};

test("many callers of one ended token: the file is read once, and all get what it has", async () => {
  writeFileSync(join(folder, "auth.json"), JSON.stringify({ tokens: { access_token: jwt(1) } }));
  const store = openMemoryStore({ now: () => NOW });
  const held = {
    type: "oauth",
    provider: "openai",
    access: jwt(0),
    expires: NOW,
    accountId: "acct-1",
  } as const;
  await store.update("main", { profiles: ["openai:default"] }, () => ({
    profiles: new Map([["openai:default", held]]),
  }));
  let updates = 0;
  const counted: Store = new Proxy(store, {
    get: (target, name) => {
      if (name === "update") updates++;
      return Reflect.get(target, name).bind(target);
    },
  });
  const asked: string[] = [];
  const other = {
    refresh: async ({ id }: { id: string }) => {
      asked.push(id);
      return { kind: "renewed" } as const;
    },
  };
  const deps = {
    store: () => counted,
    env: () => ({ CODEX_HOME: folder }),
    paths: () => ({ home: folder }) as never,
    now: () => NOW,
  };
  const renewer = besideCodex(other, deps);
  const { generation } = (await store.read("main")).state.profiles[0]!;
  const common = { provider: "openai", type: "oauth", source: "store", owner: "main", generation } as const;
  const profile = { id: "openai:default", ...common };
  const results = await Promise.all(Array.from({ length: 100 }, () => renewer.refresh(profile)));
  assert.deepEqual(new Set(results.map(({ kind }) => kind)), new Set(["renewed"]));
  assert.equal(updates, 1);
  assert.deepEqual((await store.read("main")).state.profiles[0]!.credential, {
    ...held,
    access: jwt(1),
    expires: NOW + 3_600_000,
  });
  await renewer.refresh({ ...common, id: "openai:me@example.com" });
  assert.deepEqual(asked, ["openai:me@example.com"]);
  await store.close();
});
