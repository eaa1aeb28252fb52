// Killed at any step of seal, rekey and unseal: every credential can be used, and the next run finishes.
// SEAL_KILLS=all tries every step; without it, some of each.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { resolvePaths } from "../../src/config/paths.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { put, sealHome } from "./sealed-home.ts";

const USER = join(import.meta.dirname, "kill-user.ts");
const AGENTS = ["main", "ada", "bob"];
const keyOf = (agent: string) => `fake-key-of-${agent}-0123456789`;

async function run(
  home: string,
  what: string,
  at = -1,
): Promise<{ end: unknown; steps: number; err: string }> {
  const env = { PATH: process.env["PATH"] ?? "", HOME: home };
  const child = spawn(process.execPath, [USER, home, what, String(at)], { env });
  const said = { out: "", err: "" };
  child.stdout.on("data", (text: Buffer) => (said.out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (said.err += text.toString()));
  const [code, signal] = (await once(child, "close")) as unknown[];
  return { end: signal ?? code, steps: Number(said.out), err: said.err };
}

/** Whoever finds the keys where the stores say can use everything. */
async function assertUsable(home: string, when: string): Promise<void> {
  const store = openSqliteStore({ paths: resolvePaths({}, home), now: Date.now });
  try {
    for (const agent of AGENTS) {
      const { profiles, warnings } = (await store.read(agent)).state;
      const keys = profiles.map(({ credential }) => "key" in credential && credential.key);
      assert.deepEqual([keys, warnings], [[keyOf(agent)], []], `${when}: ${agent}`);
      const former = (await store.history(agent)).flatMap(({ item }) =>
        item.kind === "profile" && item.before ? [item.before.credential] : [],
      );
      assert.deepEqual(former, [{ type: "api_key", provider: "p", key: `former-${keyOf(agent)}` }], when);
    }
  } finally {
    await store.close();
  }
}

test("a kill at every step of seal, rekey and unseal", async () => {
  const home = sealHome();
  try {
    const store = openSqliteStore({ paths: home.paths, now: Date.now });
    for (const agent of AGENTS) {
      await put(store, agent, { "p:k": { type: "api_key", provider: "p", key: `former-${keyOf(agent)}` } });
      await put(store, agent, { "p:k": { type: "api_key", provider: "p", key: keyOf(agent) } });
    }
    await store.close();
    const start = join(home.path, "start");
    cpSync(join(home.path, ".openclaw"), join(start, ".openclaw"), { recursive: true });
    for (const what of ["seal", "rekey", "unseal"]) {
      const whole = join(home.path, `after-${what}`);
      const before =
        what === "seal" ? start : join(home.path, what === "rekey" ? "after-seal" : "after-rekey");
      const copy = (to: string) => cpSync(before, to, { recursive: true });
      copy(whole);
      const { end, steps, err } = await run(whole, what);
      assert.equal(end, 0, err);
      await assertUsable(whole, `${what}, not killed`);
      const tried = process.env["SEAL_KILLS"] === "all" ? 1 : 16;
      for (let at = Math.floor(Math.random() * tried); at < steps; at += tried) {
        const trial = join(home.path, `${what}-${at}`);
        copy(trial);
        assert.equal((await run(trial, what, at)).end, "SIGKILL");
        await assertUsable(trial, `${what}, killed at ${at}`);
        const again = await run(trial, what);
        const nothingLeft = what === "unseal" && /not sealed/.test(again.err);
        assert.ok(again.end === 0 || nothingLeft, `${what} after ${at}: ${again.err}`);
        await assertUsable(trial, `${what}, killed at ${at}, and again`);
      }
    }
  } finally {
    home.remove();
  }
});
