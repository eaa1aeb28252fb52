import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { effectiveEnvironment } from "./environment.ts";
import { readShellEnvironment } from "./shell-env.ts";

const root = mkdtempSync(join(tmpdir(), "config-env-"));
after(() => rmSync(root, { recursive: true }));

const expected = (name: string): boolean => name.endsWith("_API_KEY");
const noShell = (): never => assert.fail("the shell must not run");

function dotenv(text?: string): { dotenvPath: string } {
  const dotenvPath = join(mkdtempSync(join(root, "d-")), ".env");
  if (text !== undefined) writeFileSync(dotenvPath, text);
  return { dotenvPath };
}

const configOf = (vars: Record<string, string>, enabled = false) => ({
  env: { vars, shellEnv: { enabled, timeoutMs: 5000 } },
});

test("the first source that is not blank wins", () => {
  const paths = dotenv("A=dotenv\nB=dotenv\nC=dotenv\nD=\n");
  const before = { A: "process", B: " " };
  const { values, shellEnv, warnings } = effectiveEnvironment(
    before,
    paths,
    configOf({ A: "config", B: "config", C: "config", D: "config", E: "config" }),
    { expected, readShell: noShell },
  );
  assert.deepEqual(values, { A: "process", B: "dotenv", C: "dotenv", D: "config", E: "config" });
  assert.deepEqual(shellEnv, { enabled: false, appliedKeys: [] });
  assert.deepEqual(warnings, []);
  assert.deepEqual(before, { A: "process", B: " " });
});

test(".env is read as dotenv files are written", () => {
  const paths = dotenv(
    '\uFEFFA=1\r\nexport B="x # y" # note\r\n# note\r\nC=\'q\'\r\nD = spaced \r\nE="l\\nm"\r\nnonsense\r\n',
  );
  const { values } = effectiveEnvironment({}, paths, undefined, { expected });
  assert.deepEqual(values, { A: "1", B: "x # y", C: "q", D: "spaced", E: "l\nm" });
});

test("a .env that cannot be read is a warning", () => {
  const paths = dotenv();
  mkdirSync(paths.dotenvPath);
  const { values, warnings } = effectiveEnvironment({ A: "1" }, paths, undefined, { expected });
  assert.deepEqual(values, { A: "1" });
  assert.match(warnings[0]!, /\.env is a folder/);
});

const fakeShell = (): ReturnType<typeof readShellEnvironment> => ({
  values: { X_API_KEY: "shell", Y_API_KEY: "shell", W_API_KEY: " ", OTHER: "shell" },
  warnings: ["odd"],
});

test("the login shell brings what is expected and missing", () => {
  const options = { expected, readShell: fakeShell };
  const settings: [Record<string, string>, ReturnType<typeof configOf> | undefined][] = [
    [{ X_API_KEY: "process", OPENCLAW_LOAD_SHELL_ENV: "1" }, undefined],
    [{ X_API_KEY: "process" }, configOf({}, true)],
  ];
  for (const [env, config] of settings) {
    const { values, shellEnv, warnings } = effectiveEnvironment(env, dotenv(), config, options);
    assert.deepEqual(values, { ...env, Y_API_KEY: "shell" });
    assert.deepEqual(shellEnv, { enabled: true, appliedKeys: ["Y_API_KEY"] });
    assert.deepEqual(warnings, ["odd"]);
  }
  const off = { OPENCLAW_LOAD_SHELL_ENV: "0" };
  effectiveEnvironment(off, dotenv(), configOf({}), { expected, readShell: noShell });
});

function profile(text: string): Record<string, string> {
  const home = mkdtempSync(join(root, "home-"));
  writeFileSync(join(home, ".profile"), text);
  return { HOME: home, SHELL: "/bin/sh", PATH: process.env["PATH"] ?? "" };
}

test("a real login shell: its profile may print, keys are not handed to it", () => {
  const env = profile(
    'echo welcome; export X_API_KEY="fake-$GIVEN_API_KEY$PLAIN"; export LINES_API_KEY="a=b\nc"; export E=',
  );
  const given = { ...env, GIVEN_API_KEY: "fake-secret", PLAIN: "plain" };
  const { values, warnings } = readShellEnvironment(given, expected, 5000);
  assert.deepEqual(warnings, []);
  assert.equal(values["X_API_KEY"], "fake-plain");
  assert.equal(values["LINES_API_KEY"], "a=b\nc");
  assert.equal(values["GIVEN_API_KEY"], undefined);
});

test("a login shell that hangs, fails or is missing is a warning", () => {
  const cases: [Record<string, string>, number, RegExp][] = [
    [profile("sleep 30"), 200, /did not answer within 200 ms/],
    [profile("exit 3"), 5000, /failed/],
    [{ ...profile(""), SHELL: "/no/such/shell" }, 5000, /failed/],
  ];
  for (const [env, timeoutMs, message] of cases) {
    const { values, warnings } = readShellEnvironment(env, expected, timeoutMs);
    assert.deepEqual(values, {});
    assert.match(warnings[0]!, message);
  }
});
