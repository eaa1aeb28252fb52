import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceLine, withCompletion } from "./profile.ts";

const SCRIPT = "/home/x/.openclaw/completions/openclaw.bash";
const BLOCK = `# OpenClaw Completion\n[ -f "${SCRIPT}" ] && source "${SCRIPT}"\n`;
const install = (profile: string) => withCompletion(profile, "bash", SCRIPT);

test("the block comes last, and once", () => {
  assert.equal(install(""), BLOCK);
  assert.equal(install("alias l=ls\n"), `alias l=ls\n\n${BLOCK}`);
  assert.equal(install("alias l=ls"), `alias l=ls\n\n${BLOCK}`);
  assert.equal(install(install("alias l=ls\n")), install("alias l=ls\n"));
});

test("an installed block stays where it is", () => {
  const profile = `${BLOCK}export A=1\n`;
  assert.equal(install(profile), profile);
});

test("a block for another place, and slow lines, are replaced", () => {
  const old = BLOCK.replaceAll(SCRIPT, "/old/completions/openclaw.bash");
  assert.equal(install(`a=1\n${old}b=2\n`), `a=1\nb=2\n\n${BLOCK}`);
  for (const slow of ["source <(openclaw completion --shell bash)", 'eval "$(openclaw completion)"'])
    assert.equal(install(`a=1\n${slow}\nb=2\n`), `a=1\nb=2\n\n${BLOCK}`, slow);
});

test("other lines that name openclaw stay", () => {
  const mine = 'alias oc="openclaw models status"\n# openclaw completion is below\n';
  assert.equal(install(mine), `${mine}\n${BLOCK}`);
});

test("a place with odd letters stays one word", () => {
  assert.equal(
    sourceLine("zsh", '/a b/$x"`/o.zsh'),
    '[ -f "/a b/\\$x\\"\\`/o.zsh" ] && source "/a b/\\$x\\"\\`/o.zsh"',
  );
  assert.equal(sourceLine("powershell", "/it's/o.ps1"), "if (Test-Path '/it''s/o.ps1') { . '/it''s/o.ps1' }");
});
