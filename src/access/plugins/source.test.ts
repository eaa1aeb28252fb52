import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, sep } from "node:path";
import { after, test } from "node:test";
import { findSource } from "./source.ts";

const home = realpathSync(mkdtempSync(join(tmpdir(), "plugins-source-")));
after(() => rmSync(home, { recursive: true }));
const stateDir = join(home, "state");
const programDir = join(home, "program/dist");

function write(file: string, text = ""): string {
  const path = join(home, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const find = (spec: string) =>
  findSource({ spec, enabled: true, trusted: false, options: {} }, { stateDir, home }, programDir);

test("a folder's module: exports, main, index; a file; from the home; through a link", () => {
  const cases: [spec: string, manifest: object | undefined, file: string][] = [
    ["./a", undefined, "state/a/index.mjs"],
    ["./b", { main: "lib/b.js" }, "state/b/lib/b.js"],
    ["./c", { exports: "./c.js", main: "no.js" }, "state/c/c.js"],
    ["./d", { exports: { ".": { types: "./d.d.ts", import: "./d.js" } } }, "state/d/d.js"],
    ["./e", { exports: { default: "./e.js" } }, "state/e/e.js"],
    ["~/f", undefined, "f/index.ts"],
  ];
  for (const [spec, manifest, file] of cases) {
    const entry = write(file);
    if (manifest)
      write(
        `${file.startsWith("f/") ? "f" : `state/${spec.slice(2)}`}/package.json`,
        JSON.stringify(manifest),
      );
    assert.equal(find(spec).entry, entry, spec);
  }
  const single = write("state/single.js");
  assert.deepEqual(find("./single.js").readable[0], single, "a file does not open its folder");
  symlinkSync(join(home, "state/a"), join(home, "state/linked"));
  assert.equal(find("./linked").entry, join(home, "state/a/index.mjs"));
});

test("a package: of the state dir before the program's; its folder and the node_modules around can be read", () => {
  const ours = write("program/node_modules/p1/index.js");
  assert.equal(find("p1").entry, ours);
  const own = write("state/node_modules/p1/index.js");
  write("state/node_modules/p1/package.json", `{"version":"3.2.1"}`);
  const { entry, version, readable } = find("p1");
  assert.deepEqual([entry, version], [own, "3.2.1"]);
  assert.ok(readable.includes(join(stateDir, "node_modules") + sep));
  assert.ok(!readable.some((path) => stateDir.startsWith(path)), "not the state dir");
});

test("what is not there, or would show the credentials, is refused with the remedy", () => {
  write("state/empty/readme.md");
  write("state/broken/package.json", "[]");
  write("state/out/package.json", `{"main":"../single.js"}`);
  const cases: [string, RegExp][] = [
    ["./gone", /gone is not there/],
    ["nobody", /npm install --prefix .*state nobody/],
    ["../..x/y z", /is not there/],
    ["a/b", /neither the name/],
    ["./empty", /has no index\.js, no index\.mjs/],
    ["./broken", /package\.json is not a JSON object/],
    ["./out", /has no \.\.\/single\.js/],
    [".", /holds the state dir/],
    ["~/", /holds the state dir/],
  ];
  for (const [spec, message] of cases)
    assert.throws(() => find(spec), { name: "PluginFault", message }, spec);
});
