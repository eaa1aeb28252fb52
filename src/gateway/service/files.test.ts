import assert from "node:assert/strict";
import { test } from "node:test";
import { isOurs, launchdPlist, systemdUnit } from "./files.ts";

const START = {
  program: ["/opt/node 24/bin/node", "/opt/open$claw/100%/main.js"],
  env: { OPENCLAW_STATE_DIR: '/home/me/my "state"' },
  port: 19001,
  logFolder: "/home/me/.openclaw/logs",
};

test("a unit's words are quoted as systemd reads them", () => {
  const lines = systemdUnit(START).split("\n");
  assert.ok(
    lines.includes(
      'ExecStart="/opt/node 24/bin/node" "/opt/open$$claw/100%%/main.js" gateway run --port 19001',
    ),
  );
  assert.ok(lines.includes('Environment="OPENCLAW_STATE_DIR=/home/me/my \\"state\\""'));
  assert.ok(lines.includes("Restart=on-failure"));
});

test("without a port the config's is used", () => {
  assert.match(systemdUnit({ ...START, port: undefined }), /gateway run\n/);
  assert.ok(!launchdPlist({ ...START, port: undefined }).includes("--port"));
});

test("a launch agent holds each word by itself, escaped", () => {
  const plist = launchdPlist({ ...START, program: ["/a & b/<node>"] });
  for (const word of ["/a &amp; b/&lt;node&gt;", "gateway", "run", "--port", "19001"])
    assert.ok(plist.includes(`<string>${word}</string>`), word);
  assert.match(plist, /<key>SuccessfulExit<\/key>\s*<false\/>/);
  assert.match(plist, /<key>Label<\/key>\s*<string>ai\.openclaw\.gateway<\/string>/);
});

test("our own files are known as such, others are not", () => {
  assert.ok(isOurs(systemdUnit(START)) && isOurs(launchdPlist(START)));
  assert.ok(!isOurs("[Service]\nExecStart=/usr/bin/openclaw gateway\n"));
});
