import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openBrowser } from "./open-browser.ts";

const folder = mkdtempSync(join(tmpdir(), "opener-"));
after(() => rmSync(folder, { recursive: true }));

const openWith = async (script: string, env: Record<string, string> = {}) => {
  writeFileSync(join(folder, "xdg-open"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "xdg-open"), 0o755);
  return await openBrowser("http://127.0.0.1/", { PATH: `${folder}:/usr/bin:/bin`, ...env }, "linux");
};

test("a browser that opens, also one that stays in front, was opened", async () => {
  assert.equal(await openWith("exit 0"), true);
  assert.equal(await openWith("exec sleep 5"), true);
});

test("no opener, one that finds no browser, and a person who wants none", async () => {
  assert.equal(await openBrowser("http://127.0.0.1/", { PATH: folder }, "darwin"), false);
  assert.equal(await openWith("exit 3"), false);
  assert.equal(await openWith("exit 0", { OPENCLAW_NO_BROWSER: "1" }), false);
  assert.equal(await openWith("exit 0", { BROWSER: "none" }), false);
});
