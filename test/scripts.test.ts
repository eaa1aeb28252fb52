// The scripts that run before anything is installed: what they judge, and how they stand in for a program.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { after, test } from "node:test";
import { isInstalled } from "../scripts/npm-ci.mjs";
import { shares } from "../scripts/test-shares.ts";

const WITH_NODE = join(import.meta.dirname, "../scripts/with-node.mjs");
const folders = mkdtempSync(join(tmpdir(), "openclaw-scripts-"));
after(() => rmSync(folders, { recursive: true, force: true }));

const WANTED = { "": {}, "node_modules/a": { version: "1.0.0" } };
const OTHER_PLATFORM = { "node_modules/b-other-os": { version: "2.0.0", optional: true } };

const INSTALLS = [
  { name: "nothing installed", wanted: WANTED, installed: undefined, expected: false },
  {
    name: "all of it",
    wanted: WANTED,
    installed: { "node_modules/a": { version: "1.0.0" } },
    expected: true,
  },
  {
    name: "another version",
    wanted: WANTED,
    installed: { "node_modules/a": { version: "0.9.0" } },
    expected: false,
  },
  {
    name: "what other machines need is missing",
    wanted: { ...WANTED, ...OTHER_PLATFORM },
    installed: { "node_modules/a": { version: "1.0.0" } },
    expected: true,
  },
  {
    name: "an optional package of another version",
    wanted: { ...WANTED, ...OTHER_PLATFORM },
    installed: { "node_modules/a": { version: "1.0.0" }, "node_modules/b-other-os": { version: "1.0.0" } },
    expected: false,
  },
] as const;

for (const [index, { name, wanted, installed, expected }] of INSTALLS.entries()) {
  test(`isInstalled: ${name}`, () => {
    const folder = join(folders, `install-${index}`);
    mkdirSync(join(folder, "node_modules"), { recursive: true });
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages: wanted }));
    if (installed) {
      const record = join(folder, "node_modules", ".package-lock.json");
      writeFileSync(record, JSON.stringify({ packages: installed }));
    }
    assert.equal(isInstalled(folder), expected);
  });
}

test("with-node passes output, arguments and exit code on", async () => {
  const child = withNode(["-e", "console.log(process.argv[1]); process.exit(7)", "--", "an argument"]);
  const [output, [code]] = await Promise.all([firstLine(child), once(child, "exit")]);
  assert.deepEqual([output, code], ["an argument", 7]);
});

test("with-node passes signals on, and waits for the end they lead to", async () => {
  const program =
    "process.on('SIGTERM', () => process.exit(9)); console.log('up'); setInterval(() => {}, 1000)";
  const child = withNode(["-e", program]);
  assert.equal(await firstLine(child), "up");
  child.kill("SIGTERM");
  assert.deepEqual(await once(child, "exit"), [9, null]);
});

test("test files that share a process all run, also beside one that cannot be loaded, which is a failure", async () => {
  const folder = join(folders, "shared");
  mkdirSync(folder);
  const files = Array.from({ length: 9 }, (_, n) => join(folder, `f${n}.test.mjs`));
  const good = `import { after, test } from "node:test"; test("runs", () => {}); after(() => console.log("ended"));`;
  for (const [n, file] of files.entries()) writeFileSync(file, n === 4 ? "no program" : good);
  const programs = shares(files, { count: 2, alone: /f0/, folder });
  assert.deepEqual(
    programs,
    ["share-01", "share-02", "share-03"].map((name) => join(folder, `${name}.test.mjs`)),
  );

  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, ["--test", "--test-reporter=tap", ...programs], { env });
  let out = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  const [code] = await once(child, "close");
  assert.equal(code, 1, out);
  assert.match(out, /^# pass 8$/m);
  assert.match(out, /^# fail 1$/m);
  assert.match(out, /not ok .* is loaded/);
});

const withNode = (args: readonly string[]) =>
  spawn(process.execPath, [WITH_NODE, ...args], { stdio: ["ignore", "pipe", "inherit"] });

async function firstLine(child: ReturnType<typeof withNode>): Promise<string> {
  const [chunk] = await once(child.stdout, "data");
  return String(chunk).trim();
}
