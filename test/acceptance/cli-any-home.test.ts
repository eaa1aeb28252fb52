// Every command on every kind of broken home: an answer or one clear error, never a fault of ours. With --json
// one document; nothing that steers the terminal; nothing of a secret.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { CommandGroup } from "../../src/cli/command-tree.ts";
import { isGroup } from "../../src/cli/command-tree.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import type { CaseHome } from "../conformance/case.ts";
import { inProcess } from "../conformance/doors.ts";
import { writeHome } from "../conformance/home.ts";

const SECRET = "sk-fake-0123456789abcdefghij";
const STATE = ".openclaw";
const CONFIG = `${STATE}/openclaw.json`;
const DATABASE = `${STATE}/agents/main/agent/openclaw-agent.sqlite`;

const key = (provider: string) => ({ type: "api_key", provider, key: SECRET });
const stored = (store: unknown, state?: unknown): CaseHome => ({ agents: { main: { store, state } } });
const file = (name: string, content: NonNullable<CaseHome["files"]>[string]): CaseHome => ({
  files: { [name]: content },
});

const HOMES: Readonly<Record<string, CaseHome>> = {
  "an empty home": {},
  "a config that does not parse": file(CONFIG, "{ agents: "),
  "an empty config file": file(CONFIG, ""),
  "a config of other bytes": file(CONFIG, { hex: "00ff00fe" }),
  "a config that is a list": { config: [] },
  "a config that is a folder": file(CONFIG, { dir: true }),
  "a config that links to itself": file(CONFIG, { symlink: "openclaw.json" }),
  "a config that links nowhere": file(CONFIG, { symlink: "/nowhere/at/all.json" }),
  "a .env that is a folder": file(`${STATE}/.env`, { dir: true }),
  "a state dir that is a file": file(STATE, "x"),
  "a state folder that is a file": file(`${STATE}/state`, "x"),
  "agents in a file": file(`${STATE}/agents`, "x"),
  "a store of garbage": file(DATABASE, "this is no database, but long enough to be read as one. ".repeat(9)),
  "an empty store file": file(DATABASE, ""),
  "a store that is a folder": file(DATABASE, { dir: true }),
  "rows that are no JSON": { agents: { main: { storeText: "{nope", stateText: "[1" } } },
  "rows of other kinds": stored(42, "x"),
  "rows that are lists": stored([], []),
  "profiles in a list": stored({ version: 1, profiles: [1] }, { version: 1, order: null, usageStats: null }),
  "odd profiles": stored(
    {
      version: 1,
      profiles: {
        a: null,
        b: "text",
        "": key("zai"),
        "c:d": { type: "api_key" },
        "e:f": { type: 7, provider: 8, key: {} },
        "__proto__:x": key("__proto__"),
        "\u001B[2J:x": { ...key("zai"), displayName: "\u001B[31m\u0007" },
        "zai:ref": { type: "api_key", provider: "zai", keyRef: { source: "moon" } },
        "zai:login": { type: "oauth", provider: "zai", access: {}, refresh: [], expires: "x" },
        "zai:good": key("zai"),
      },
    },
    {
      version: 1,
      order: { zai: "x", b: [1, null] },
      lastGood: [],
      usageStats: { "zai:good": 7, "zai:ref": { cooldownUntil: "x", errorCount: {} } },
    },
  ),
  "unknown keys everywhere": {
    config: { bananas: 1, agents: { defaults: { model: "zai/x", odd: 1 }, odd: 1 }, auth: { odd: 1 } },
    ...stored({ version: 1, odd: 1, profiles: { "zai:good": { ...key("zai"), odd: 1 } } }),
  },
  ...Object.fromEntries(
    Object.entries({
      "null sections": { agents: null, auth: null, models: null, env: null },
      "a model that is a number": { agents: { defaults: { model: 42 } } },
      "models that are none": { agents: { defaults: { model: { primary: "/x", fallbacks: ["", "q/"] } } } },
      "an alias that is a number": { agents: { defaults: { models: { "a/b": { alias: 7 }, c: null } } } },
      "agents of other kinds": { agents: { list: [null, 1, {}, { id: 7 }] } },
      "agents twice": { agents: { list: [{ id: "a" }, { id: "A" }, { id: "../x" }] } },
      "profiles of other kinds": { auth: { profiles: { "x:y": null }, order: { zai: "x" } } },
      "providers of other kinds": { models: { providers: { acme: { baseUrl: 7, models: "x" } } } },
      "a provider of nonsense": {
        models: { providers: { acme: { baseUrl: "not a url", api: "telepathy", models: [{}, null] } } },
      },
      "variables of other kinds": { env: { X: 1, vars: [], shellEnv: { enabled: "x" } } },
      "sections for others": {
        gateway: { port: "x", auth: 7 },
        secrets: { providers: { a: 1 } },
        channels: 7,
      },
    }).map(([name, config]) => [name, { config }]),
  ),
};

/** Further words for commands that want some; `gateway run` stays, and the network is left alone. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  "models set": ["zai/y"],
  "models set-image": ["zai/y"],
  "models aliases add": ["n zai/q"],
  "models aliases remove": ["n"],
  "models fallbacks add": ["zai/q"],
  "models fallbacks remove": ["zai/q"],
  "models image-fallbacks add": ["zai/q"],
  "models image-fallbacks remove": ["zai/q"],
  "models auth paste-api-key": ["--provider zai"],
  "models auth paste-token": ["--provider mistral"],
  "models auth order get": ["--provider zai"],
  "models auth order set": ["--provider zai zai:good"],
  "models auth order clear": ["--provider zai"],
  "models auth logout": ["zai:good --yes"],
  "models auth login": ["--provider zai"],
  "models status": ["--check"],
  "models list": ["--all"],
  "models why": ["x"],
  "models undo": ["--list"],
  "agents add": ["w --workspace ~/w --non-interactive"],
  "agents delete": ["w --force"],
  "config get": ["agents"],
  "config set": ["agents.defaults.model zai/z"],
  "config unset": ["agents.defaults.model"],
  doctor: ["--lint", "--fix --non-interactive"],
  completion: ["--shell bash"],
};
const ELSEWHERE = new Set(["gateway run", "models scan", "models refresh", "__complete"]);

function* commandsOf(group: CommandGroup, path: readonly string[] = []): Generator<string> {
  for (const [name, entry] of Object.entries(group.entries)) {
    if (isGroup(entry)) yield* commandsOf(entry, [...path, name]);
    else yield [...path, name].join(" ");
  }
}

const COMMAND_LINES = [...commandsOf(COMMANDS)]
  .filter((command) => !ELSEWHERE.has(command))
  .flatMap((command) => ["", ...(WORDS[command] ?? [])].map((more) => `${command} ${more}`.trim()));
/** Audit and prove tell what they found by further codes. */
const mayExit = (line: string, exit: number | null): boolean =>
  exit === 0 || exit === 1 || (exit === 2 && /^secrets (audit|prove)/.test(line));

async function faultsOf(home: CaseHome, line: string): Promise<string[]> {
  const path = mkdtempSync(join(tmpdir(), "any-"));
  try {
    writeHome({ path, stateDir: STATE, now: Date.now() }, home);
    const env = { HOME: path, PATH: process.env["PATH"] ?? "", SHELL: "/bin/sh" };
    const { exit, out, err } = await inProcess({ argv: line.split(" "), stdin: SECRET, env, cwd: path });
    const asJson = line.endsWith("--json");
    const wrong = {
      [`exit ${exit}`]: !mayExit(line, exit),
      "a fault of ours": /Unexpected:|\bundefined\b|\[object/.test(out + err),
      "failed in silence": exit === 1 && out === "" && err === "",
      "steers the terminal": !asJson && /(?!\n)\p{Cc}/u.test(out),
      "a secret": (out + err).includes(SECRET),
      "no document": asJson && out !== "" && !isJson(out),
    };
    const found = Object.entries(wrong).flatMap(([what, is]) => (is ? [what] : []));
    return found.map((what) => `${line}: ${what}: ${(err || out).slice(0, 300)}`);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Of so many lines two are run on each home. */
const ONE_OF = process.env["ANY_HOME"] === "1" ? 3 : 6;

describe("every command on", () => {
  for (const [n, [name, home]] of Object.entries(HOMES).entries())
    test(name, async () => {
      const faults: string[] = [];
      // Each line in both forms, on different homes; ANY_HOME=1 runs more of them.
      for (const [index, line] of COMMAND_LINES.entries()) {
        const form = (n + index) % ONE_OF;
        if (form < 2) faults.push(...(await faultsOf(home, form === 0 ? line : `${line} --json`)));
      }
      if (faults.length > 0) assert.fail(faults.join("\n"));
    });
});
