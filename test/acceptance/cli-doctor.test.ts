// An old home, put right: seen, agreed to at a terminal, done once; and a disk that fails at every single step.
import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openDeps } from "../../src/access/open-deps.ts";
import { AccessError } from "../../src/core/errors.ts";
import { carryOut, diagnose } from "../../src/doctor/doctor.ts";
import type { Hands } from "../../src/doctor/hands.ts";
import { handsOf } from "../../src/doctor/hands.ts";
import { plansOf, usableSet } from "../../src/doctor/usable.ts";
import { cliHome } from "../support/cli.ts";
import { atTerminal } from "../support/terminal.ts";

const AGENT = ".openclaw/agents/main/agent";
const WORK = ".openclaw/agents/work/agent";
const FAR = 4_000_000_000_000;

const home = cliHome();
after(home.remove);

/** Every shape that there ever was, in one home. */
function age(write: (file: string, content: string) => void): void {
  const json = (file: string, value: unknown) => write(file, JSON.stringify(value));
  write(
    ".openclaw/openclaw.json",
    `{
  // my models
  "agents": {
    "defaults": { "model": { "primary": "openai-codex/gpt-5.4" } },
    "list": [{ "id": "main" }, { "id": "work" }],
  },
  "auth": { "order": { "openai-codex": ["openai-codex:default"] } },
}`,
  );
  json(`${AGENT}/auth-profiles.json`, {
    version: 1,
    profiles: {
      "openai-codex:default": {
        type: "oauth",
        provider: "openai-codex",
        access: "acc-fake-0123456789abcdef",
        refresh: "ref-fake-0123456789abcdef",
        expires: FAR,
      },
      "openai:default": { type: "api_key", provider: "openai", key: "sk-fake-0123456789abcdef" },
      "amazon-bedrock:prod": { type: "aws-sdk", provider: "amazon-bedrock" },
    },
  });
  json(`${AGENT}/auth-state.json`, { lastGood: { "openai-codex": "openai-codex:default" } });
  json(`${AGENT}/auth.json`, { groq: { type: "api_key", key: "gsk-fake-0123456789abcdef" } });
  json(`${WORK}/auth-profiles.json`, { mistral: { apiKey: "fake-mistral-0123456789", timeoutMs: 4000 } });
  json(".openclaw/credentials/oauth.json", {
    anthropic: { access: "acc-fake-a", refresh: "ref-fake-a", expires: FAR },
  });
}

/** Every file with its mode and content. */
const listing = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .toSorted()
    .map((name) => {
      const path = join(folder, name);
      const stat = statSync(path);
      const mode = (stat.mode & 0o777).toString(8);
      return `${name} ${mode} ${stat.isDirectory() ? "" : readFileSync(path).toString("base64")}`;
    });

test("an old home at a terminal", async (story) => {
  age(home.write);
  chmodSync(join(home.path, AGENT, "auth-profiles.json"), 0o644);
  const before = listing(home.path);

  await story.test("doctor, --lint, --fix --dry-run and a no leave it as it was", async () => {
    const plain = await home.run(["doctor"]);
    assert.equal(plain.exit, 0, plain.err);
    assert.match(plain.out, /Plan/);
    assert.equal((await home.run(["doctor", "--yes"])).exit, 0);
    assert.equal((await home.run(["doctor", "--lint"])).exit, 1);
    assert.equal((await home.json("doctor", "--fix", "--dry-run")).applied, false);
    const screen = await atTerminal(home.path, ["doctor", "--fix"], [{ after: /Do this now/, send: "n" }]);
    assert.match(screen.text, /Nothing was changed/);
    assert.deepEqual(listing(home.path), before);
  });

  await story.test("a yes repairs it, with the plan shown first", async () => {
    const screen = await atTerminal(home.path, ["doctor", "--fix"], [{ after: /Do this now/, send: "y" }]);
    assert.equal(screen.exit, 0, screen.text);
    assert.match(screen.text, /Plan[^]*Do this now[^]*Done/);
    assert.doesNotMatch(screen.text, /fake-0123456789/);
    const ids = (await home.json("models", "auth", "list")).profiles.map(({ id }: { id: string }) => id);
    assert.deepEqual(ids, ["anthropic:default", "groq:default", "openai:default", "openai:default-codex"]);
    const config = home.read(".openclaw/openclaw.json");
    assert.match(config, /\/\/ my models[^]*"openai\/gpt-5\.4"[^]*"openai:default-codex"/);
  });

  await story.test("backups stand beside the originals, for their owner alone", () => {
    const backups = home.files().filter((file) => file.endsWith(".bak") && !file.includes("openclaw.json"));
    assert.deepEqual(
      backups.map((file) => file.replace(/\d{10,}/, "<ms>")),
      [
        `${AGENT}/auth-profiles.json.sqlite-import.<ms>.bak`,
        `${AGENT}/auth-state.json.sqlite-import.<ms>.bak`,
        `${AGENT}/auth.json.sqlite-import.<ms>.bak`,
        `${WORK}/auth-profiles.json.sqlite-import.<ms>.bak`,
      ],
    );
    for (const file of backups) assert.equal(statSync(join(home.path, file)).mode & 0o777, 0o600, file);
  });

  await story.test("a second run does nothing", async () => {
    const repaired = listing(home.path);
    const again = await home.json("doctor", "--fix");
    assert.deepEqual([again.applied, again.plan, again.backups], [false, [], []]);
    assert.deepEqual(listing(home.path), repaired);
  });
});

test("--lint does not repair, and its flags are its own", async () => {
  for (const words of ["doctor --lint --fix", "doctor --only x", "doctor --severity-min error"])
    assert.equal((await home.run(words.split(" "))).exit, 1, words);
});

/** A throw-away copy of the old home, opened in this process. */
async function inCopy(
  body: (deps: ReturnType<typeof openDeps>, folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "doctor-"));
  const deps = openDeps({ processEnv: {}, now: Date.now, version: "0.0.0-test", osHome: folder });
  try {
    cpSync(aged.path, folder, { recursive: true });
    await body(deps, folder);
  } finally {
    await deps.close();
    rmSync(folder, { recursive: true });
  }
}

const aged = cliHome();
after(aged.remove);
age(aged.write);

/** The disk fails at one step: the n-th that writes. */
function failing(hands: Hands, n: number, forever: boolean): { hands: Hands; failed: () => boolean } {
  let step = 0;
  let failed = false;
  const guarded =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const now = step++;
      if (now === n || (forever && now > n)) {
        failed = true;
        throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
      }
      return work(...args);
    };
  const all: Hands = {
    readFile: hands.readFile,
    updateStore: guarded(hands.updateStore),
    writeConfig: guarded(hands.writeConfig),
    restoreFile: guarded(hands.restoreFile),
    createFile: guarded(hands.createFile),
    removeFile: guarded(hands.removeFile),
    rename: guarded(hands.rename),
    chmod: guarded(hands.chmod),
  };
  return { hands: all, failed: () => failed };
}

/** What counts of a home: the config, the old files with their modes, what the stores hold. */
async function essence(deps: ReturnType<typeof openDeps>, folder: string): Promise<unknown> {
  const { plan } = await diagnose(deps);
  const stores = [...plan.before.agents.values()].map(({ profiles, order, lastGood }) => ({
    profiles: [...profiles],
    order: [...order],
    lastGood: [...lastGood],
  }));
  const files = listing(folder).filter((line) => /\.json \d+ /.test(line) && !line.includes("/state/"));
  return { stores, files, usable: [...usableSet(plansOf(plan.before)).keys()] };
}

test("a disk that fails once, at whatever step, leaves everything as it was", async () => {
  for (let n = 0; ; n++) {
    let failed = true;
    await inCopy(async (deps, folder) => {
      const before = await essence(deps, folder);
      const disk = failing(handsOf(deps), n, false);
      const result = await carryOut(deps, await diagnose(deps), disk.hands).catch((error: unknown) => error);
      failed = disk.failed();
      if (!failed) return;
      assert.ok(result instanceof AccessError);
      assert.match(result.message, /Everything is as it was before/);
      assert.deepEqual(await essence(deps, folder), before, `step ${n}`);
    });
    if (!failed) return void assert.ok(n > 8, `${n} steps`);
  }
});

test("what is on the disk afterwards counts: a store that kept less is put back", async () => {
  await inCopy(async (deps, folder) => {
    const before = await essence(deps, folder);
    const hands = handsOf(deps);
    const forgetful: Hands = {
      ...hands,
      updateStore: (agent, touch, decide, note) =>
        hands.updateStore(
          agent,
          touch,
          (slice) => {
            const change = decide(slice);
            const kept = [...(change?.profiles ?? [])].filter(([id]) => id !== "groq:default");
            return change && { ...change, profiles: new Map(kept) };
          },
          note,
        ),
    };
    const said = /groq:default of agent main[^]*Everything is as it was before/;
    await assert.rejects(carryOut(deps, await diagnose(deps), forgetful), said);
    assert.deepEqual(await essence(deps, folder), before);
  });
});

test("a disk that fails for good loses no credential, and the error says what was left", async () => {
  for (let n = 0; ; n++) {
    let failed = true;
    await inCopy(async (deps, folder) => {
      await carryOut(deps, await diagnose(deps), failing(handsOf(deps), n, true).hands).then(
        () => (failed = false),
        (error: unknown) => {
          assert.ok(error instanceof AccessError);
          assert.match(error.message, /as it was before|Not everything could be put back/);
        },
      );
      // The disk is well again: another run finishes the work.
      await carryOut(deps, await diagnose(deps));
      const ids = (await deps.store().read("main")).state.profiles.map(({ id }) => id).toSorted();
      const all = ["anthropic:default", "groq:default", "openai:default", "openai:default-codex"];
      assert.deepEqual(ids, all, `step ${n} in ${folder}`);
    });
    if (!failed) return;
  }
});

test("two at once: the work is done once, and both say how it stands", async () => {
  const both = cliHome();
  age(both.write);
  const runs = await Promise.all([
    both.run(["doctor", "--fix", "--json"]),
    both.run(["doctor", "--fix", "--json"]),
  ]);
  assert.deepEqual(
    runs.map(({ exit }) => exit),
    [0, 0],
    runs.map(({ err }) => err).join(""),
  );
  assert.deepEqual(runs.filter(({ out }) => JSON.parse(out).applied).length, 1);
  const ids = (await both.json("models", "auth", "list")).profiles.map(({ id }: { id: string }) => id);
  assert.deepEqual(ids, ["anthropic:default", "groq:default", "openai:default", "openai:default-codex"]);
  both.remove();
});
