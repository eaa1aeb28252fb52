// A disk that fails while a command writes: the file stays as it was, nothing is left beside it, and the
// message names the place and the remedy.
import assert from "node:assert/strict";
import * as disk from "node:fs/promises";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { CommandDeps } from "../../src/access/open-deps.ts";
import { openDeps } from "../../src/access/open-deps.ts";
import { runCommandLine } from "../../src/cli/main.ts";
import { AccessError } from "../../src/core/errors.ts";
import { writeHome } from "../conformance/home.ts";
import { capturedIo } from "../support/captured-io.ts";

const CONFIG = {
  agents: {
    defaults: {
      model: { primary: "zai/old", fallbacks: ["mistral/old"] },
      imageModel: { primary: "google/old", fallbacks: ["openai/old"] },
      models: { "zai/old": { alias: "old" } },
    },
  },
};
const KEY = "sk-fake-0123456789abcdef";

const EDITS = [
  "models set zai/new",
  "models set-image google/new",
  "models aliases add new zai/new",
  "models aliases remove old",
  "models fallbacks add zai/new",
  "models fallbacks remove mistral/old",
  "models fallbacks clear",
  "models image-fallbacks add zai/new",
  "models image-fallbacks remove openai/old",
  "models image-fallbacks clear",
  'config set agents.defaults.workspace "~/new"',
  "agents add new --workspace ~/w --non-interactive",
  "config unset agents.defaults.imageModel",
];

const STORE_WRITES = [
  "models auth paste-api-key --provider zai",
  "models auth paste-token --provider zai",
  "models auth order set --provider zai zai:a",
  "models auth logout zai:a --yes",
];

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "disk-"));
  const store = { version: 1, profiles: { "zai:a": { type: "api_key", provider: "zai", key: KEY } } };
  const where = { path: home, stateDir: ".openclaw", now: Date.now() };
  writeHome(where, { config: CONFIG, agents: { main: { store } } });
});
afterEach(() => rmSync(home, { recursive: true }));

async function run(words: string, change: (deps: CommandDeps) => Partial<CommandDeps>) {
  const io = capturedIo({ stdin: KEY });
  const opened = openDeps({ processEnv: { HOME: home }, now: Date.now, version: "0.0.0-test", osHome: home });
  try {
    const exit = await runCommandLine(words.split(" "), io, async () => ({ ...opened, ...change(opened) }));
    return { exit, ...io.said() };
  } finally {
    await opened.close();
  }
}

const configText = (): string => readFileSync(join(home, ".openclaw/openclaw.json"), "utf8");
const full = (call: string) =>
  Object.assign(new Error(`ENOSPC: no space left on device, ${call}`), { code: "ENOSPC", syscall: call });

/** The step of a write that fails. */
const FAILING: Readonly<Record<string, Partial<NonNullable<CommandDeps["files"]>>>> = {
  open: { open: async () => Promise.reject(full("open")) },
  write: {
    open: async (...args) => {
      const file = await disk.open(...args);
      file.writeFile = () => Promise.reject(full("write"));
      return file;
    },
  },
  sync: {
    open: async (...args) => {
      const file = await disk.open(...args);
      file.sync = () => Promise.reject(full("fsync"));
      return file;
    },
  },
  backup: { writeFile: async () => Promise.reject(full("write")) },
  rename: {
    rename: (from, to) =>
      String(to).endsWith("openclaw.json") ? Promise.reject(full("rename")) : disk.rename(from, to),
  },
};

describe("the config's disk is full", () => {
  for (const [step, files] of Object.entries(FAILING))
    for (const words of EDITS)
      test(`at ${step}: ${words}`, async () => {
        const before = configText();
        const { exit, out, err } = await run(`${words} --json`, () => ({ files: { ...disk, ...files } }));
        assert.equal(exit, 1, out);
        assert.match(err, /openclaw\.json cannot be written: ENOSPC.*The file is as it was; check/);
        assert.equal(JSON.parse(out).error.code, "store_unwritable");
        assert.equal(configText(), before);
        const beside = readdirSync(join(home, ".openclaw"));
        assert.deepEqual(
          beside.filter((name) => name.includes(".new-")),
          [],
        );
        const again = await run(words, () => ({}));
        assert.equal(again.exit, 0, again.err);
      });
});

test("a credential that the config cannot name is stored, and the message says so", async () => {
  const files = { ...disk, ...FAILING["rename"] };
  const words = "models auth paste-api-key --provider mistral";
  const { exit, err } = await run(words, () => ({ files }));
  assert.equal(exit, 1);
  assert.match(err, /mistral:manual is stored, but not named in the config\. .*cannot be written: ENOSPC/);
  const list = await run("models auth list --json", () => ({}));
  assert.deepEqual(
    JSON.parse(list.out).profiles.map(({ id }: { id: string }) => id),
    ["mistral:manual", "zai:a"],
  );
  const again = await run(words, () => ({}));
  assert.equal(again.exit, 0, again.err);
});

describe("the store's disk is full", () => {
  for (const words of STORE_WRITES)
    test(words, async () => {
      const before = configText();
      const { exit, out, err } = await run(`${words} --json`, (deps) => ({
        store: () => ({
          ...deps.store(),
          update: () =>
            Promise.reject(new AccessError("store_unwritable", "…sqlite cannot be written (full).")),
        }),
      }));
      assert.equal(exit, 1, out);
      assert.match(err, /^Error: .*sqlite cannot be written/m);
      assert.equal(JSON.parse(out).error.code, "store_unwritable");
      assert.equal(configText(), before);
      assert.ok(!`${out}${err}`.includes(KEY));
    });
});
