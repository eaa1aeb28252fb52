import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import json5 from "json5";
import { AccessError } from "../core/errors.ts";
import type { ConfigEdits } from "./edit.ts";
import { editConfig } from "./edit.ts";
import { resolvePaths } from "./paths.ts";

const root = mkdtempSync(join(tmpdir(), "config-edit-"));
after(() => rmSync(root, { recursive: true }));

const OPTIONS = { now: Date.UTC(2026, 0, 2), version: "1.2.3" };
const META = { lastTouchedVersion: "1.2.3", lastTouchedAt: "2026-01-02T00:00:00.000Z" };
const modeOf = (path: string): number => statSync(path).mode & 0o777;

function home(content?: string) {
  const paths = resolvePaths({}, mkdtempSync(join(root, "home-")));
  if (content !== undefined) {
    mkdirSync(paths.stateDir);
    writeFileSync(paths.configPath, content);
  }
  const edit = (edits: ConfigEdits) => editConfig(paths, edits, OPTIONS);
  const text = () => readFileSync(paths.configPath, "utf8");
  return { ...paths, edit, text };
}

const DEFAULT_MODEL = ["agents", "defaults", "model", "primary"];

test("a first edit makes folder and file, readable by their owner alone", async () => {
  const at = home();
  const result = await at.edit([{ path: DEFAULT_MODEL, value: "a/b" }]);
  assert.deepEqual(result, { path: at.configPath, changed: true });
  assert.equal(
    at.text(),
    `${JSON.stringify({ agents: { defaults: { model: { primary: "a/b" } } }, meta: META }, null, 2)}\n`,
  );
  assert.deepEqual([modeOf(at.stateDir), modeOf(at.configPath)], [0o700, 0o600]);
});

test("an edit keeps comments, layout and unknown keys", async () => {
  const before = `\uFEFF// mine
{
  // which model
  agents: { defaults: { model: { primary: 'a/b' } } },
  bananas: [1, /* two */ 2], // fruit
}
`;
  const at = home(before);
  const result = await at.edit((current) => {
    assert.deepEqual(Object.keys(current), ["agents", "bananas"]);
    return [{ path: DEFAULT_MODEL, value: "c/d" }];
  });
  assert.deepEqual(result, { path: at.configPath, changed: true, backup: `${at.configPath}.bak` });
  const meta = `  meta: {
    lastTouchedVersion: "1.2.3",
    lastTouchedAt: "2026-01-02T00:00:00.000Z"
  },
}`;
  assert.equal(at.text(), before.replace("'a/b'", '"c/d"').replace(/\}(?=\n$)/, meta));
  assert.equal(readFileSync(result.backup!, "utf8"), before);
});

test("an edit that changes nothing writes nothing", async () => {
  const at = home('{"agents":{"defaults":{"model":{"primary":"a/b"}}}}');
  const result = await at.edit([
    { path: DEFAULT_MODEL, value: "a/b" },
    { path: ["auth", "order", "openai"], value: undefined },
  ]);
  assert.deepEqual(result, { path: at.configPath, changed: false });
  assert.deepEqual(readdirSync(at.stateDir).toSorted(), ["openclaw.json", "state"]);
});

test("the five newest backups stay", async () => {
  const at = home("{}");
  chmodSync(at.configPath, 0o644);
  for (let n = 1; n <= 7; n++) await at.edit([{ path: ["n"], value: n }]);
  const kept = ["", ".1", ".2", ".3", ".4"].map((suffix) => `${at.configPath}.bak${suffix}`);
  assert.deepEqual(
    kept.map((path) => (JSON.parse(readFileSync(path, "utf8")) as { n: number }).n),
    [6, 5, 4, 3, 2],
  );
  assert.deepEqual([...kept, at.configPath].map(modeOf), Array(6).fill(0o600));
  assert.equal(existsSync(`${at.configPath}.bak.5`), false);
});

test("a link is written through, also one that leads nowhere yet", async () => {
  for (const content of ['{"a": 1}', undefined]) {
    const at = home();
    const target = join(at.home, "dotfiles.json");
    mkdirSync(at.stateDir);
    if (content !== undefined) writeFileSync(target, content);
    symlinkSync("../dotfiles.json", at.configPath);
    await at.edit([{ path: ["b"], value: 2 }]);
    assert.equal((JSON.parse(readFileSync(target, "utf8")) as { b: number }).b, 2);
  }
});

test("a link in a circle is an answer", async () => {
  const at = home();
  mkdirSync(at.stateDir);
  symlinkSync("openclaw.json", at.configPath);
  await assert.rejects(at.edit([{ path: ["a"], value: 1 }]), { code: "config_invalid", message: /ELOOP/ });
});

test("broken files, broken results and impossible paths are refused, the file untouched", async () => {
  const cases: [before: string, edits: ConfigEdits, message: RegExp][] = [
    ["{ oops", [{ path: ["a"], value: 1 }], /JSON5/],
    ["[]", [{ path: ["a"], value: 1 }], /object/],
    ["{}", [{ path: ["agents", "defaults", "model"], value: 4 }], /agents\.defaults\.model/],
    [
      '{"agents": {"defaults": 4}}',
      [{ path: DEFAULT_MODEL, value: "a/b" }],
      /agents\.defaults cannot take model/,
    ],
    ['{"a": []}', [{ path: ["a", 1], value: 1 }], /too short/],
    [
      "{}",
      () => {
        throw new AccessError("config_invalid", "no such alias");
      },
      /no such alias/,
    ],
  ];
  for (const [before, edits, message] of cases) {
    const at = home(before);
    await assert.rejects(at.edit(edits), (error: unknown) => {
      assert.ok(error instanceof AccessError && error.code === "config_invalid", String(error));
      return message.test(error.message);
    });
    assert.equal(at.text(), before);
    assert.deepEqual(readdirSync(at.stateDir).toSorted(), ["openclaw.json", "state"]);
  }
});

test("a file with a fault may be edited elsewhere and mended", async () => {
  const at = home('{"gateway": {"port": "x"}}');
  await at.edit([{ path: ["a"], value: 1 }]);
  await at.edit([{ path: ["gateway", "port"], value: 1 }]);
  assert.deepEqual(JSON.parse(at.text()), { gateway: { port: 1 }, a: 1, meta: META });
});

test("a program that does not know the lock: its change is kept, or the edit is refused", async () => {
  const at = home("{}");
  let rival = 0;
  const edits: ConfigEdits = () => {
    if (rival < 2) setImmediate(() => writeFileSync(at.configPath, JSON.stringify({ rival: ++rival })));
    return [{ path: ["mine"], value: 1 }];
  };
  await at.edit(edits);
  assert.deepEqual(JSON.parse(at.text()), { rival: 2, mine: 1, meta: META });
  const restless: ConfigEdits = () => {
    setImmediate(() => writeFileSync(at.configPath, JSON.stringify({ rival: ++rival })));
    return [{ path: ["mine"], value: 2 }];
  };
  await assert.rejects(at.edit(restless), { code: "config_conflict" });
  assert.deepEqual(JSON.parse(at.text()), { rival });
});

test("what a killed editor left is removed", async () => {
  const at = home("{}");
  const left = join(at.stateDir, ".openclaw.json.new-1-00000000");
  const fresh = join(at.stateDir, ".openclaw.json.new-2-00000000");
  for (const path of [left, fresh]) writeFileSync(path, "{}");
  utimesSync(left, 0, 0);
  utimesSync(fresh, OPTIONS.now / 1000, OPTIONS.now / 1000);
  await at.edit([{ path: ["a"], value: 1 }]);
  assert.deepEqual([existsSync(left), existsSync(fresh)], [false, true]);
});

/** Runs edits in a process of its own; it prints a line before the first. */
function editor(paths: ReturnType<typeof home>, name: string, count: number, limit = "") {
  const script = `
    import { editConfig } from ${JSON.stringify(new URL("edit.ts", import.meta.url).href)};
    const paths = ${JSON.stringify(paths)};
    console.log("ready");
    for (let n = 0; n < ${count}; n++) {
      await editConfig(paths, [{ path: ["kept", "${name}" + n], value: "x".repeat(200) }],
        { now: Date.now(), version: "1" }).catch((error) => { console.log(error.code); process.exit(3); });
    }`;
  const command = `${limit} exec "$0" --input-type=module -e "$1"`;
  return spawn("/bin/sh", ["-c", command, process.execPath, script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

test("editors in several processes lose nothing", async () => {
  const at = home("{ // kept\n}\n");
  const children = Array.from({ length: 6 }, (_, n) => editor(at, `p${n}-`, 5));
  const codes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0] as number));
  assert.deepEqual(codes, Array(6).fill(0));
  const { kept } = json5.parse<{ kept: object }>(at.text());
  assert.equal(Object.keys(kept).length, 30);
  assert.match(at.text(), /\/\/ kept/);
});

test("a killed editor leaves a whole file and no lock", async () => {
  const at = home('{"seed": true}');
  for (let round = 0; round < 6; round++) {
    const child = editor(at, `r${round}-`, 1000);
    await once(child.stdout, "data");
    await sleep(Math.random() * 120);
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.equal((JSON.parse(at.text()) as { seed: boolean }).seed, true);
  }
  await at.edit([{ path: ["last"], value: true }]);
});

test("a disk that takes no more loses nothing", async () => {
  const before = JSON.stringify({ filler: "x".repeat(20_000) });
  const at = home(before);
  // A limit on file size stands for the full disk: 8 blocks of 512 or 1024 bytes.
  const child = editor(at, "full", 1, "trap '' XFSZ; ulimit -f 8;");
  const output: Buffer[] = [];
  child.stdout.on("data", (data: Buffer) => output.push(data));
  assert.deepEqual(await once(child, "close"), [3, null]);
  assert.match(Buffer.concat(output).toString(), /store_unwritable/);
  assert.equal(at.text(), before);
  assert.deepEqual(readdirSync(at.stateDir).toSorted(), ["openclaw.json", "state"]);
});
