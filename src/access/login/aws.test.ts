import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { loginsOf } from "../../providers/logins.ts";
import { hasDefaultProfile } from "../aws-route.ts";
import { openDeps } from "../open-deps.ts";
import { loginNamed, loginProvider } from "./choose.ts";
import type { LoginRequest } from "./login.ts";
import { login } from "./login.ts";
import type { Talk } from "./talk.ts";

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), "aws-"))));
afterEach(() => rmSync(home, { recursive: true }));

const file = () => join(home, ".openclaw/openclaw.json");
const config = () => JSON.parse(readFileSync(file(), "utf8"));

async function logIn(
  yes: boolean,
  env: Record<string, string>,
  options: Partial<LoginRequest> & { id?: string; method?: string; secret?: string; silent?: true } = {},
) {
  const { id = "amazon-bedrock", method = "aws-sdk", secret = "", silent, ...rest } = options;
  const deps = openDeps({ processEnv: env, now: () => 1000, version: "0", osHome: home });
  const unasked = () => assert.fail("was not to be asked");
  const said: string[] = [];
  const talk: Talk = {
    ...(silent ? { silent } : {}),
    secret: async (_question, check) => {
      assert.equal(check(secret), undefined);
      return secret;
    },
    text: unasked,
    choose: unasked,
    chooseMany: unasked,
    confirm: async (question, initial) => {
      said.push(`${question} ${initial}`);
      return yes;
    },
    notify: (text) => void said.push(text),
    wait: unasked,
  };
  const provider = loginProvider(deps.config(), id);
  const target = { provider, logins: loginsOf(provider), login: loginNamed(provider, method) };
  try {
    const report = await login(deps, { target, force: false, setDefault: false, ...rest }, talk);
    const { profiles } = (await deps.store().read("main")).state;
    return { report, said, profiles };
  } finally {
    await deps.close();
  }
}

describe("a login by AWS's own credentials", () => {
  test("writes the way into the config, and no credential anywhere", async () => {
    const { report, said, profiles } = await logIn(true, { AWS_PROFILE: "work", AWS_REGION: "eu-west-1" });
    assert.deepEqual(
      [report.profileId, report.type, report.method],
      ["amazon-bedrock:default", "aws-sdk", "aws-sdk"],
    );
    assert.deepEqual(profiles, []);
    const { auth, models, agents } = config();
    assert.deepEqual(auth.profiles, {
      "amazon-bedrock:default": { provider: "amazon-bedrock", mode: "aws-sdk" },
    });
    const bedrock = models.providers["amazon-bedrock"];
    assert.equal(bedrock.auth, "aws-sdk");
    assert.equal(bedrock.baseUrl, "https://bedrock-runtime.eu-west-1.amazonaws.com");
    assert.equal(bedrock.api, "bedrock-converse-stream");
    assert.match(agents.defaults.model.primary, /^amazon-bedrock\//);
    assert.match(said.join("\n"), /AWS_PROFILE.*true$/s);
  });

  test("keeps what the config says of the provider, and its order", async () => {
    mkdirSync(join(home, ".openclaw"));
    const provider = { baseUrl: "https://own.example", api: "bedrock-converse-stream", models: [] };
    const before = {
      agents: { defaults: { model: "groq/x" } },
      auth: { order: { "amazon-bedrock": ["amazon-bedrock:key"] } },
      models: { providers: { "amazon-bedrock": provider } },
    };
    writeFileSync(file(), JSON.stringify(before));
    await logIn(true, { AWS_PROFILE: "w" }, { profileId: "amazon-bedrock:prod" });
    const after = config();
    assert.deepEqual(after.models.providers["amazon-bedrock"], { ...provider, auth: "aws-sdk" });
    assert.deepEqual(after.auth.order["amazon-bedrock"], ["amazon-bedrock:prod", "amazon-bedrock:key"]);
    assert.equal(after.agents.defaults.model, "groq/x");
  });

  test("is written only when the person agrees; without credentials in sight that is not proposed", async () => {
    await assert.rejects(logIn(false, { AWS_PROFILE: "w" }), { code: "cancelled" });
    assert.ok(!existsSync(file()));
    const { said } = await logIn(true, {});
    assert.match(said.join("\n"), /Nothing here shows AWS credentials.*false$/s);
    await assert.rejects(logIn(true, {}, { force: true }), { code: "bad_input" });
  });

  test("without a terminal is written where credentials are to be seen, else refused", async () => {
    await assert.rejects(logIn(false, {}, { silent: true }), { code: "no_terminal" });
    assert.ok(!existsSync(file()));
    await logIn(false, { AWS_PROFILE: "w" }, { silent: true });
    assert.equal(config().models.providers["amazon-bedrock"].auth, "aws-sdk");
  });
});

test("a token's lifetime is told at login", async () => {
  const secret = `sk-ant-oat01-${"fake".repeat(20)}`;
  const options = { id: "anthropic", method: "setup-token", secret, expiresInMs: 500 };
  const { profiles } = await logIn(true, {}, options);
  assert.deepEqual(profiles[0]!.credential, {
    type: "token",
    provider: "anthropic",
    token: secret,
    expires: 1500,
  });
});

test("an AWS file shows credentials by a default profile that says how to get them", () => {
  const cases: [text: string, shows: boolean][] = [
    ["[default]\naws_access_key_id = AKIAFAKE\n", true],
    ["[profile default]\r\nsso_session=work\r\n", true],
    ["  [ default ]\n  credential_process = /bin/x", true],
    ["[default]\nregion = us-east-1\n", false],
    ["[default]\nregion = x\n[work]\naws_access_key_id = AKIAFAKE\n", false],
    ["[default]\n# aws_access_key_id = AKIAFAKE\naws_access_key_id =\n", false],
    ["", false],
  ];
  for (const [text, shows] of cases) assert.equal(hasDefaultProfile(text), shows, text);
});
