// Programs that are started see of our environment what they need to run, and no secret in their arguments. The
// programs of this test write down what they got. Of others: login-cli, login-browser, plugins-hostile.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import { readShellEnvironment } from "../../src/config/shell-env.ts";
import { isCredentialVariable } from "../../src/access/open-deps.ts";
import { profileKeys } from "../../src/secrets/aws-profile.ts";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";
import { runInside } from "./inside.ts";

const SECRETS = {
  OPENAI_API_KEY: "fake-openai-0123456789",
  ANTHROPIC_OAUTH_TOKEN: "fake-anthropic-0123456789",
  OPENCLAW_GATEWAY_TOKEN: "fake-gateway-0123456789",
  AWS_BEARER_TOKEN_BEDROCK: "fake-bedrock-0123456789",
  GITHUB_TOKEN: "fake-github-0123456789",
  OWN_PASSWORD: "fake-password-0123456789",
};

function place(t: TestContext): CliHome {
  const home = cliHome();
  t.after(() => home.remove());
  return home;
}

/** A program that writes down arguments and environment, and then does `rest`. */
function witness(home: CliHome, name: string, rest = ""): string {
  const file = join(home.path, name);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n{ echo "$*"; env; } >> "${join(home.path, "got")}"\n${rest}\n`);
  chmodSync(file, 0o700);
  return file;
}

function assertNothingGot(home: CliHome): void {
  const got = readFileSync(join(home.path, "got"), "utf8");
  assert.match(got, /^PATH=/m);
  assert.ok(!/fake-/.test(got), got.match(/^.*fake-.*$/gm)?.join("\n"));
}

describe("no secret of ours gets to", { skip: process.platform === "win32" }, () => {
  test("the manager of services", { skip: process.platform !== "linux" }, async (t) => {
    const home = place(t);
    witness(home, "bin/systemctl");
    const env = { ...SECRETS, PATH: `${join(home.path, "bin")}:${process.env["PATH"]}` };
    const { exit, err } = await home.run(["gateway", "install", "--json"], { env });
    assert.equal(exit, 0, err);
    assertNothingGot(home);
  });

  test("a program that has secrets", async (t) => {
    const home = place(t);
    const values = `printf '{"protocolVersion":1,"values":{"x":"fine"}}'`;
    const command = witness(home, "vault", `cat >> "${join(home.path, "got")}"; ${values}`);
    home.write(
      ".openclaw/openclaw.json",
      JSON.stringify({
        secrets: { providers: { vault: { source: "exec", command, passEnv: ["PATH"] } } },
        gateway: { auth: { mode: "token", token: "fake-gateway-9876543210" } },
        models: {
          providers: {
            p: {
              baseUrl: "http://127.0.0.1:9",
              apiKey: { source: "exec", provider: "vault", id: "x" },
              models: [],
            },
          },
        },
      }),
    );
    home.write(
      ".openclaw/.env",
      Object.entries(SECRETS)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(""),
    );
    assert.match(await runInside(home.path, ["secrets", "audit", "--allow-exec"]), /unresolved=0/);
    assertNothingGot(home);
  });

  test("the credential_process of an AWS profile", async (t) => {
    const home = place(t);
    const keys = `printf '{"Version":1,"AccessKeyId":"AKIAFAKE","SecretAccessKey":"fine"}'`;
    home.write(".aws/config", `[default]\ncredential_process = ${witness(home, "keys", keys)}\n`);
    const env = { ...SECRETS, HOME: home.path, PATH: process.env["PATH"], AWS_REGION: "eu-west-1" };
    assert.ok("found" in (await profileKeys(env)));
    assertNothingGot(home);
    assert.match(home.read("got"), /AWS_REGION=eu-west-1/);
  });

  test("the login shell, of those that it is asked for", (t) => {
    const home = place(t);
    const shell = witness(home, "shell", "printf '\\0'; env -0");
    const { OPENAI_API_KEY, ANTHROPIC_OAUTH_TOKEN, OPENCLAW_GATEWAY_TOKEN } = SECRETS;
    const ours = { OPENAI_API_KEY, ANTHROPIC_OAUTH_TOKEN, OPENCLAW_GATEWAY_TOKEN };
    const env = { ...ours, SHELL: shell, HOME: home.path, PATH: process.env["PATH"] ?? "" };
    const { warnings } = readShellEnvironment(env, isCredentialVariable, 10_000);
    assert.deepEqual(warnings, []);
    assertNothingGot(home);
  });
});
