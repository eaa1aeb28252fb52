// `secrets apply` as a process: what is asked and told, what cannot be used, and what it leaves as it was.
import assert from "node:assert/strict";
import { chmodSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";

const SECRET = "sk-fake-plain-0123456789";
const OTHER = "sk-fake-other-0123456789";
const ref = (id: string, source = "env", provider = "default") => ({ source, provider, id });
const ACME = {
  type: "models.providers.apiKey",
  path: "models.providers.acme.apiKey",
  ref: ref("A_KEY"),
};

function newHome(t: TestContext): CliHome {
  const home = cliHome();
  t.after(home.remove);
  const acme = { baseUrl: "http://127.0.0.1:9/v1", api: "openai-completions", apiKey: SECRET, models: [] };
  home.write(".openclaw/openclaw.json", JSON.stringify({ models: { providers: { acme } } }));
  return home;
}

const contents = (home: CliHome) =>
  home.files().flatMap((file) => {
    const path = join(home.path, file);
    return statSync(path).isFile() ? [[file, readFileSync(path, "latin1")] as const] : [];
  });

async function apply(home: CliHome, plan: unknown, ...flags: string[]) {
  home.write("plan.json", typeof plan === "string" ? plan : JSON.stringify(plan));
  const said = await home.run(["secrets", "apply", "plan.json", ...flags], {
    env: { A_KEY: SECRET, B_KEY: OTHER },
  });
  assert.doesNotMatch(said.out + said.err, /sk-fake/);
  return said;
}

describe("secrets apply", { concurrency: 2 }, () => {
  test("every plan that cannot be used is told by its place, and nothing is changed", async (t) => {
    const home = newHome(t);
    const config = JSON.parse(home.read(".openclaw/openclaw.json"));
    config.auth = { profiles: { "p:login": { provider: "p", mode: "oauth" } } };
    home.write(".openclaw/openclaw.json", JSON.stringify(config));
    await home.run(["models", "auth", "paste-api-key", "--provider", "p", "--profile-id", "p:login"], {
      stdin: SECRET,
    });
    await home.run(["config", "set", "auth.profiles.p:login.mode", "oauth"]);
    home.write("plan.json", "");
    const with1 = (target: object, more = {}) => ({ version: 1, targets: [{ ...ACME, ...target }], ...more });
    const profile = { type: "auth-profiles.api_key.key", path: "profiles.p:login.key", agentId: "main" };
    const cases: [unknown, RegExp][] = [
      ["{", /plan\.json: the file is not JSON5/],
      [[], /must be an object/],
      [{}, /version must be 1/],
      [{ version: 1, targets: {} }, /targets must be a list/],
      [with1({ type: "models.providers.baseUrl" }), /targets\[0\]\.type: |targets\[0\]\.type "models/],
      [with1({ path: "models.providers.acme.baseUrl" }), /targets\[0\]\.path/],
      [with1({ pathSegments: ["models"] }), /pathSegments is another path/],
      [with1({ path: "models.providers.__proto__.apiKey" }), /may not hold __proto__/],
      [with1({ providerId: "other" }), /names other/],
      [with1({ ref: "A_KEY" }), /targets\[0\]\.ref must be/],
      [with1({ ref: ref("lower") }), /targets\[0\]\.ref cannot be had/],
      [with1({ ref: ref("../x", "exec", "vault") }), /targets\[0\]\.ref cannot be had/],
      [with1({ ref: ref("/x", "file", "nowhere") }), /secrets\.providers\.nowhere is not defined/],
      [with1({ ref: ref("UNSET_KEY") }), /UNSET_KEY is not set/],
      [with1({ ref: ref("B_KEY") }), /another secret than stands there.*--replace/],
      [{ version: 1, targets: [ACME, ACME] }, /twice/],
      [with1(profile), /its mode in auth\.profiles is oauth/],
      [with1({ ...profile, path: "profiles.p:none.key" }), /no such profile/],
      [with1({ ...profile, agentId: "nobody" }), /no agent nobody/],
      [
        with1({}, { providerUpserts: { v: { source: "exec", command: "relative" } } }),
        /providerUpserts\.v: command/,
      ],
      [with1({}, { providerUpserts: { v: { source: "exec", command: "/bin/true" } } }), /--allow-exec/],
      [with1({}, { options: { scrubEnv: "yes" } }), /options\.scrubEnv/],
    ];
    const before = contents(home).filter(([file]) => file !== "plan.json");
    for (const [plan, told] of cases) {
      const { exit, err } = await apply(home, plan, "--yes");
      assert.deepEqual([exit, told.test(err)], [1, true], `${JSON.stringify(plan)}: ${err}`);
    }
    const missing = await home.run(["secrets", "apply", "nowhere.json", "--json"]);
    assert.equal(JSON.parse(missing.out).error.code, "bad_input");
    assert.deepEqual(
      contents(home).filter(([file]) => file !== "plan.json"),
      before,
    );
  });

  test("a dry run tells and writes nothing; without a terminal --yes is needed; then it is done, once", async (t) => {
    const home = newHome(t);
    const plan = { version: 1, targets: [ACME] };
    home.write("plan.json", JSON.stringify(plan));
    const before = contents(home);
    const dry = await apply(home, plan, "--dry-run", "--json");
    assert.deepEqual([dry.exit, JSON.parse(dry.out).targets[0].was], [0, "plaintext"]);
    const refused = await apply(home, plan);
    assert.deepEqual([refused.exit, /--yes/.test(refused.err)], [1, true]);
    assert.deepEqual(contents(home), before);
    const done = JSON.parse((await apply(home, plan, "--yes", "--json")).out);
    assert.deepEqual([done.ok, done.remains], [true, []]);
    assert.deepEqual(
      JSON.parse(home.read(".openclaw/openclaw.json")).models.providers.acme.apiKey,
      ref("A_KEY"),
    );
    const again = JSON.parse((await apply(home, plan, "--yes", "--json")).out);
    assert.deepEqual([again.ok, again.changedFiles], [true, []]);
  });

  test("a variable of .env that a reference reads stays, and is told", async (t) => {
    const home = newHome(t);
    home.write(".openclaw/.env", `ACME_KEY_OF_MINE=${SECRET}\n`);
    const plan = { version: 1, targets: [{ ...ACME, ref: ref("ACME_KEY_OF_MINE") }] };
    const { exit, out } = await apply(home, plan, "--yes", "--json");
    const report = JSON.parse(out);
    assert.deepEqual([exit, report.ok], [1, false]);
    assert.deepEqual(report.remains, [join(home.path, ".openclaw/.env")]);
  });

  test("a key that only .env gives to other agents stays there", async (t) => {
    const home = newHome(t);
    home.write(
      ".openclaw/openclaw.json",
      JSON.stringify({ agents: { list: [{ id: "main" }, { id: "work" }] } }),
    );
    await home.run(["models", "auth", "--agent", "work", "paste-api-key", "--provider", "openai"], {
      stdin: SECRET,
    });
    home.write(".openclaw/.env", `OPENAI_API_KEY=${SECRET}\n`);
    const target = {
      type: "auth-profiles.api_key.key",
      path: "profiles.openai:manual.key",
      agentId: "work",
      ref: ref("A_KEY"),
    };
    const report = JSON.parse((await apply(home, { version: 1, targets: [target] }, "--yes", "--json")).out);
    assert.deepEqual(report.remains, [join(home.path, ".openclaw/.env")]);
    assert.equal(home.read(".openclaw/.env"), `OPENAI_API_KEY=${SECRET}\n`);
  });

  test("a secret that --replace gives up is gone from backups too; a provider can go with its last reference", async (t) => {
    const home = newHome(t);
    await home.run(["config", "set", "secrets.providers.old", '{ source: "file", path: "~/old" }']);
    const gone = { version: 1, targets: [{ ...ACME, ref: ref("B_KEY") }], providerDeletes: ["old"] };
    const { exit, err } = await apply(home, gone, "--yes", "--replace");
    assert.equal(exit, 0, err);
    assert.deepEqual(
      contents(home).filter(([, text]) => text.includes(SECRET)),
      [],
    );
    assert.deepEqual(JSON.parse(home.read(".openclaw/openclaw.json")).secrets, { providers: {} });
    home.write("keys.json", JSON.stringify({ a: OTHER }));
    chmodSync(join(home.path, "keys.json"), 0o600);
    const file = { source: "file", path: "~/keys.json" };
    const moved = { ...ACME, ref: ref("/a", "file", "keys") };
    const first = await apply(
      home,
      { version: 1, targets: [moved], providerUpserts: { keys: file } },
      "--yes",
    );
    assert.equal(first.exit, 0, first.err);
    const refused = await apply(home, { version: 1, targets: [], providerDeletes: ["keys"] }, "--yes");
    assert.match(refused.err, /models\.providers\.acme\.apiKey could not be had any more/);
  });
});

test("config set: a stored reference is not called a login", async (t) => {
  const home = newHome(t);
  const id = "openai:manual";
  await home.run(["models", "auth", "paste-api-key", "--provider", "openai"], { stdin: OTHER });
  const target = {
    type: "auth-profiles.api_key.key",
    path: `profiles.${id}.key`,
    agentId: "main",
    ref: ref("B_KEY"),
  };
  assert.equal((await apply(home, { version: 1, targets: [target] }, "--yes")).exit, 0);
  const before = contents(home);
  for (const flags of [[], ["--dry-run"]]) {
    const { exit, err } = await home.run(["config", "set", `auth.profiles.${id}.mode`, "oauth", ...flags]);
    assert.deepEqual([exit, /may not be a reference/.test(err)], [1, true], err);
  }
  assert.deepEqual(contents(home), before);
});
