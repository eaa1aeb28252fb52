// Secrets in files: what is read, and which files are not believed. Facts: fidelity spec §8.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import type { FileProvider } from "../core/secret-ref.ts";
import { atPointer, readFromFile } from "./file.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "secret-files-"));
after(() => rmSync(FOLDER, { recursive: true }));
const block = (path: string, more: Partial<FileProvider> = {}): FileProvider => ({
  source: "file",
  path: path.startsWith("~") ? path : join(FOLDER, path),
  mode: "json",
  timeoutMs: 5000,
  maxBytes: 1000,
  allowInsecurePath: false,
  ...more,
});
const write = (name: string, text: string, mode = 0o600) => {
  writeFileSync(join(FOLDER, name), text);
  chmodSync(join(FOLDER, name), mode);
};
const read = async (file: FileProvider, ...ids: string[]) =>
  [...(await readFromFile(file, ids, FOLDER)).values()].map((one) =>
    "found" in one ? one.found.reveal() : `! ${one.problem}`,
  );

test("values at JSON pointers", async () => {
  write("s.json", '\uFEFF{"a":{"b/c":"one","d~e":"two"},"list":["x","y"],"":"empty key","n":5,"blank":""}');
  const found = await read(block("s.json"), "/a/b~1c", "/a/d~0e", "/list/1", "/");
  assert.deepEqual(found, ["one", "two", "y", "empty key"]);
  assert.deepEqual(await read(block("~/s.json"), "/a/b~1c"), ["one"]);
  for (const id of ["/nope", "/a", "/n", "/blank", "/constructor/name", "/list/01", "/list/length", "value"])
    assert.match((await read(block("s.json"), id))[0]!, /^! .*s\.json has no/, id);
});

test("one value: the text without the last line break", async () => {
  write("one.txt", "line1\nline2\n\n");
  const single = { mode: "singleValue" } as const;
  assert.deepEqual(await read(block("one.txt", single), "value"), ["line1\nline2\n"]);
  assert.match((await read(block("one.txt", single), "/a"))[0]!, /whose id is "value"/);
  write("blank.txt", "\n");
  assert.match((await read(block("blank.txt", single), "value"))[0]!, /is empty/);
});

test("files that are not believed", { skip: process.platform === "win32" }, async () => {
  write("k.json", '{"a":"x"}');
  symlinkSync(join(FOLDER, "k.json"), join(FOLDER, "link.json"));
  mkdirSync(join(FOLDER, "folder"));
  write("large.json", JSON.stringify({ a: "x".repeat(2000) }));
  write("list.json", '["a"]');
  write("broken.json", '{"a": sk-fake-in-the-file');
  const faults: readonly (readonly [string, RegExp, Partial<FileProvider>?])[] = [
    ["link.json", /symbolic link/],
    ["link.json", /symbolic link/, { allowInsecurePath: true }],
    ["folder", /is no file/],
    ["gone.json", /ENOENT/],
    ["large.json", /larger than 1000 bytes/],
    ["list.json", /no JSON object/],
    ["broken.json", /is not JSON$/],
  ];
  for (const [name, why, more] of faults) assert.match((await read(block(name, more), "/a"))[0]!, why, name);
  for (const mode of [0o644, 0o640, 0o604, 0o660, 0o602]) {
    write(`mode.json`, '{"a":"x"}', mode);
    assert.match((await read(block("mode.json"), "/a"))[0]!, /chmod 600/, mode.toString(8));
    assert.deepEqual(await read(block("mode.json", { allowInsecurePath: true }), "/a"), ["x"]);
  }
  for (const mode of [0o600, 0o400, 0o700]) {
    write(`own.json`, '{"a":"x"}', mode);
    assert.deepEqual(await read(block("own.json"), "/a"), ["x"]);
  }
});

test("a pipe that nobody writes to does not hold up", { skip: process.platform === "win32" }, async () => {
  const { execFileSync } = await import("node:child_process");
  execFileSync("mkfifo", ["-m", "600", join(FOLDER, "pipe")]);
  assert.match((await read(block("pipe"), "/a"))[0]!, /is no file/);
});

test("every place of every document has a pointer that finds it", () => {
  const places = (value: unknown, at: string): [string, unknown][] => [
    ...(at === "" ? [] : ([[at, value]] as [string, unknown][])),
    ...(typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, inner]) =>
          places(inner, `${at}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`),
        )
      : []),
  ];
  fc.assert(
    fc.property(fc.object({ withNullPrototype: false }), (document) => {
      for (const [pointer, value] of places(document, "")) assert.equal(atPointer(document, pointer), value);
    }),
  );
});
