// The recipes of docs/secrets.md, as they stand there, with the programs themselves where they are installed.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";

const DOCS = readFileSync(join(import.meta.dirname, "../../docs/secrets.md"), "utf8");
const isThere = (program: string): boolean => spawnSync(program, ["--version"]).error === undefined;

/** The script below the heading that names the program. */
function recipe(name: string): string {
  const [, text] = /```js\n([^]*?)```/.exec(DOCS.slice(DOCS.indexOf(`**${name}**`))) ?? [];
  return text!;
}

/** What the audit says of two references, one of which leads nowhere. */
async function tried(home: CliHome, command: string, block: object, ids: readonly [string, string]) {
  const ref = (id: string) => ({ source: "exec", provider: "theirs", id });
  const provider = (id: string) => ({ baseUrl: "http://127.0.0.1:9/v1", models: [], apiKey: ref(id) });
  const providers = { good: provider(ids[0]), bad: provider(ids[1]) };
  const theirs = { source: "exec", command: join(home.path, command), timeoutMs: 60_000, ...block };
  home.write(
    ".openclaw/openclaw.json",
    JSON.stringify({ models: { providers }, secrets: { providers: { theirs } } }),
  );
  const { out, err } = await home.run(["secrets", "audit", "--json", "--allow-exec"]);
  assert.doesNotMatch(out + err, /sk-fake/);
  return JSON.parse(out).findings.map((one: any) => `${one.code} ${one.jsonPath}`);
}

function script(home: CliHome, name: string): void {
  home.write(name, recipe(name));
  chmodSync(join(home.path, name), 0o755);
}

const NOT_HERE = "not installed";
const NOWHERE = ["REF_UNRESOLVED models.providers.bad.apiKey"];

test("pass", { skip: isThere("pass") && isThere("gpg") ? false : NOT_HERE }, async (t) => {
  const home = cliHome();
  const env = { PATH: process.env["PATH"], HOME: home.path, GNUPGHOME: join(home.path, "gnupg") };
  t.after(() => {
    spawnSync("gpgconf", ["--kill", "all"], { env });
    home.remove();
  });
  mkdirSync(env.GNUPGHOME, { mode: 0o700 });
  const run = (program: string, args: readonly string[], input = "") =>
    execFileSync(program, args, { env, input, stdio: ["pipe", "ignore", "ignore"] });
  run("gpg", ["--batch", "--passphrase", "", "--quick-generate-key", "someone@example.invalid"]);
  run("pass", ["init", "someone@example.invalid"]);
  run("pass", ["insert", "--multiline", "openclaw/openai"], "sk-fake-of-pass-0123456789\nsecond line\n");
  script(home, "pass");
  const block = { passEnv: ["PATH", "HOME"], env: { GNUPGHOME: env.GNUPGHOME } };
  assert.deepEqual(await tried(home, "pass", block, ["openclaw/openai", "openclaw/none"]), NOWHERE);
});

test("sops", { skip: isThere("sops") && isThere("age-keygen") ? false : NOT_HERE }, async (t) => {
  const home = cliHome();
  t.after(() => home.remove());
  const keyFile = join(home.path, "age.txt");
  const env = { PATH: process.env["PATH"], HOME: home.path, SOPS_AGE_KEY_FILE: keyFile };
  execFileSync("age-keygen", ["-o", keyFile], { env, stdio: "ignore" });
  const [, recipient = ""] = /public key: (\S+)/.exec(readFileSync(keyFile, "utf8")) ?? [];
  home.write("plain.json", JSON.stringify({ openai: { key: "sk-fake-of-sops-0123456789" } }));
  const sealed = ["encrypt", "--age", recipient, join(home.path, "plain.json")];
  home.write("keys.enc.json", execFileSync("sops", sealed, { env, encoding: "utf8" }));
  script(home, "sops");
  const args = [join(home.path, "keys.enc.json")];
  const block = { args, passEnv: ["PATH", "HOME"], env: { SOPS_AGE_KEY_FILE: keyFile } };
  assert.deepEqual(await tried(home, "sops", block, ["openai/key", "openai/none"]), NOWHERE);
});
