// `secrets audit` as a process: what it finds in each place, its exit codes, and what it leaves alone.
import assert from "node:assert/strict";
import { chmodSync, cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import { resolvePaths } from "../../src/config/paths.ts";
import type { Credential } from "../../src/core/credential.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";

const SECRET = "sk-fake-plain-0123456789";

async function home(
  t: TestContext,
  config: Record<string, unknown>,
  profiles: Readonly<Record<string, Credential>> = {},
): Promise<CliHome> {
  const at = cliHome();
  t.after(() => at.remove());
  at.write(".openclaw/openclaw.json", JSON.stringify(config));
  if (Object.keys(profiles).length === 0) return at;
  const store = openSqliteStore({ paths: resolvePaths({}, at.path), now: Date.now });
  await store.update("main", { profiles: Object.keys(profiles) }, () => ({
    profiles: new Map(Object.entries(profiles)),
  }));
  await store.close();
  return at;
}

const acme = (more: object) => ({
  models: { providers: { acme: { baseUrl: "http://127.0.0.1:9/v1", api: "openai-completions", ...more } } },
});
const env = (id: string, provider = "default") => ({ source: "env", provider, id }) as const;
const exec = (id: string) => ({ source: "exec", provider: "vault", id }) as const;

async function audit(at: CliHome, ...flags: string[]) {
  const { exit, out, err } = await at.run(["secrets", "audit", "--json", ...flags], {
    env: { A_KEY: "sk-fake-of-the-environment" },
  });
  assert.doesNotMatch(out + err, /sk-fake/);
  const report = JSON.parse(out);
  const found = report.findings.map((one: any) => `${one.code} ${one.jsonPath}`);
  return { exit, report, found };
}

describe("secrets audit", { concurrency: 2 }, () => {
  test("plain text in the config, the store, .env and models.json; placeholders and references are none", async (t) => {
    const headers = { "x-api-key": SECRET, "x-team": "blue", authorization: env("A_KEY") };
    const at = await home(
      t,
      {
        ...acme({ apiKey: SECRET, headers }),
        gateway: { auth: { token: SECRET } },
        channels: { telegram: { botToken: SECRET } },
        env: { OPENAI_API_KEY: SECRET, vars: { ACME_API_KEY: SECRET, SOME_WORD: SECRET } },
      },
      {
        "acme:a": { type: "api_key", provider: "acme", key: SECRET },
        "acme:b": { type: "token", provider: "acme", token: "$A_KEY" },
        "acme:c": { type: "token", provider: "acme", token: SECRET, tokenRef: env("A_KEY") },
      },
    );
    at.write(".openclaw/.env", `MISTRAL_API_KEY=${SECRET}\nFOO=${SECRET}\nOPENAI_API_KEY=\n`);
    const registry = {
      providers: {
        acme: { apiKey: "secretref-managed" },
        other: { apiKey: SECRET },
        stale: { apiKey: env("A_KEY") },
      },
    };
    at.write(".openclaw/agents/main/agent/models.json", JSON.stringify(registry));
    const { exit, report, found } = await audit(at);
    assert.deepEqual(found, [
      "PLAINTEXT_FOUND models.providers.acme.apiKey",
      "PLAINTEXT_FOUND models.providers.acme.headers.x-api-key",
      "PLAINTEXT_FOUND gateway.auth.token",
      "PLAINTEXT_FOUND channels.telegram.botToken",
      "PLAINTEXT_FOUND env.OPENAI_API_KEY",
      "PLAINTEXT_FOUND env.vars.ACME_API_KEY",
      "PLAINTEXT_FOUND profiles.acme:a.key",
      "PLAINTEXT_FOUND profiles.acme:c.token",
      "PLAINTEXT_FOUND $env.MISTRAL_API_KEY",
      "PLAINTEXT_FOUND providers.other.apiKey",
      "REF_UNRESOLVED providers.stale.apiKey",
    ]);
    assert.equal(exit, 2);
    assert.deepEqual(report.resolution, { refsChecked: 2, skippedExecRefs: 0, resolvabilityComplete: true });
    at.write(".openclaw/agents/main/agent/models.json", "{}");
    assert.equal((await audit(at)).exit, 0);
    assert.equal((await audit(at, "--check")).exit, 1);
  });

  test("what cannot be read is not clean; folders of deleted agents in the trash", async (t) => {
    const at = await home(t, {}, { "acme:a": { type: "api_key", provider: "acme", key: SECRET } });
    const agent = join(at.path, ".openclaw/agents/main/agent");
    const trashed = join(at.path, ".Trash/agent-1800000000000-aBc123");
    cpSync(agent, join(trashed, "agent"), { recursive: true });
    rmSync(agent, { recursive: true });
    at.write(".Trash/agent-1800000000000-aBc123/agent/auth.json", JSON.stringify({ acme: { key: SECRET } }));
    at.write(".openclaw/agents/main/agent/models.json", "{ broken");
    at.write(".openclaw/agents/main/agent/auth.json", "{ broken");
    const { exit, report, found } = await audit(at);
    assert.deepEqual(found, [
      "REF_UNRESOLVED <root>",
      "REF_UNRESOLVED <root>",
      "LEGACY_RESIDUE acme",
      "LEGACY_RESIDUE profiles.acme:a.key",
    ]);
    assert.deepEqual([exit, report.summary.legacyResidueCount], [2, 2]);
  });

  test("references that lead nowhere, or past a stored credential", async (t) => {
    const at = await home(
      t,
      {
        ...acme({ apiKey: env("A_KEY") }),
        secrets: { providers: { safe: { source: "file", path: "~/gone.json" }, bad: { source: "file" } } },
        auth: { profiles: { "acme:login": { provider: "acme", mode: "oauth" } } },
      },
      {
        "acme:a": { type: "api_key", provider: "acme", keyRef: env("NOT_SET") },
        "acme:b": {
          type: "api_key",
          provider: "acme",
          keyRef: { source: "file", provider: "safe", id: "/k" },
        },
        "acme:c": {
          type: "api_key",
          provider: "acme",
          keyRef: { source: "file", provider: "bad", id: "/k" },
        },
        "acme:d": { type: "api_key", provider: "acme", keyRef: exec("k") },
        "acme:login": { type: "api_key", provider: "acme", keyRef: env("A_KEY") },
        "empty:a": { type: "api_key", provider: "empty" },
      },
    );
    const { exit, report, found } = await audit(at);
    assert.deepEqual(found, [
      "REF_UNRESOLVED profiles.acme:a.key",
      "REF_UNRESOLVED profiles.acme:b.key",
      "REF_UNRESOLVED profiles.acme:c.key",
      "REF_UNRESOLVED profiles.acme:d.key",
      "REF_UNRESOLVED profiles.acme:login.key",
      "REF_SHADOWED models.providers.acme.apiKey",
    ]);
    assert.deepEqual([exit, report.status, report.resolution.skippedExecRefs], [2, "unresolved", 1]);
    assert.match(report.findings[2].message, /secrets\.providers\.bad cannot be used: path/);
    assert.match(report.findings[3].message, /secrets\.providers\.vault is not defined/);
    assert.match(report.findings[4].message, /OAuth/);
  });

  test("programs are started with --allow-exec only", { skip: process.platform === "win32" }, async (t) => {
    const at = await home(t, acme({ apiKey: exec("k") }));
    const command = join(at.path, "vault");
    const answer = JSON.stringify({ protocolVersion: 1, values: { k: "sk-fake-of-the-vault" } });
    at.write("vault", `#!/bin/sh\ntouch ${command}.ran\nprintf '%s' '${answer}'\n`);
    chmodSync(command, 0o700);
    const block = { source: "exec", command, passEnv: ["PATH"] };
    at.write(
      ".openclaw/openclaw.json",
      JSON.stringify({ ...acme({ apiKey: exec("k") }), secrets: { providers: { vault: block } } }),
    );
    const quiet = await audit(at, "--check");
    assert.deepEqual([quiet.exit, quiet.report.resolution.resolvabilityComplete], [0, false]);
    assert.equal(existsSync(`${command}.ran`), false);
    const loud = await audit(at, "--check", "--allow-exec");
    assert.deepEqual([loud.exit, loud.report.resolution.refsChecked, loud.found], [0, 1, []]);
    assert.equal(existsSync(`${command}.ran`), true);
  });

  test("a config that cannot be read is unresolved, and nothing is written", async (t) => {
    const at = await home(t, {});
    at.write(".openclaw/openclaw.json", "{ broken");
    const before = at.files();
    const { exit, report, found } = await audit(at);
    assert.deepEqual([exit, report.status, found], [2, "unresolved", ["REF_UNRESOLVED <root>"]]);
    assert.deepEqual(at.files(), before);
  });
});
