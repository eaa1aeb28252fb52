import assert from "node:assert/strict";
import { test } from "node:test";
import { systemdFiles, termuxFiles, termuxNext } from "./monitor-files.ts";

const ODD = {
  program: ["/opt/my node/bin/node", "/opt/100%/$HOME/it's.js"],
  env: { OPENCLAW_HOME: '/a "b"' },
};

test("systemd: words that need it are quoted, and neither % nor $ mean anything", () => {
  const [service] = systemdFiles({ ...ODD, agent: "work" });
  assert.match(service!.content, /^Environment="OPENCLAW_HOME=\/a \\"b\\""$/m);
  assert.match(
    service!.content,
    /^ExecStart="\/opt\/my node\/bin\/node" "\/opt\/100%%\/\$\$HOME\/it's\.js" models auth monitor --changed --agent work$/m,
  );
});

test("termux: the same for a shell", () => {
  const [script] = termuxFiles(ODD);
  assert.ok(script!.content.includes(`'/opt/100%/$HOME/it'\\''s.js' models auth monitor --changed)`));
  assert.ok(script!.content.includes(`export OPENCLAW_HOME='/a "b"'`));
  assert.equal(script!.executable, true);
  assert.ok(termuxNext("/data/my home").includes(`--script '/data/my home/openclaw-auth-monitor.sh'`));
});
