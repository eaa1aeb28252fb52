// Homes on which doctor could not finish: an agent's own profile beside main's, files that never end, checks
// that do not exist.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";

const CONFIG = ".openclaw/openclaw.json";
const MAIN = ".openclaw/agents/main/agent/auth-profiles.json";
const WORK = ".openclaw/agents/work/agent/auth-profiles.json";
const ID = "anthropic:manual";

let home: CliHome;
const json = (file: string, value: unknown) => home.write(file, JSON.stringify(value));
const holding = (credential: object) => ({ version: 1, profiles: { [ID]: credential } });
const key = (text: string) => holding({ type: "api_key", provider: "anthropic", key: text });

// Hooks of the top level would run for the tests of other files too.
describe("a home on which doctor could not finish", () => {
  beforeEach(() => {
    home = cliHome();
    json(CONFIG, { agents: { list: [{ id: "main" }, { id: "work" }] } });
  });
  afterEach(() => home.remove());

  describe("an agent's file with an id that main's store has", () => {
    beforeEach(async () => {
      json(MAIN, key("fake-main-0123456789abcdef"));
      assert.equal((await home.run(["doctor", "--fix"])).exit, 0);
    });

    test("is imported: the agent's own goes before main's", async () => {
      json(WORK, key("fake-work-0123456789abcdef"));
      const report = await home.json("doctor", "--fix");
      assert.equal(report.applied, true);
      assert.deepEqual(report.refused, []);
      const repairs = report.plan.map(({ repair }: { repair: string }) => repair).join("\n");
      assert.match(repairs, /agent work.*own anthropic:manual.*before main's/);
      assert.deepEqual((await home.json("doctor", "--fix")).plan, []);
      const listed = await home.run(["models", "auth", "list", "--agent", "work"]);
      assert.match(listed.out, /anthropic:manual/);
    });

    test("stays with the true reason and exit 1 when the agent's own could not be used", async () => {
      json(WORK, holding({ type: "token", provider: "anthropic", token: "fake-work-token", expires: 1000 }));
      const { exit, out } = await home.run(["doctor", "--fix"]);
      assert.equal(exit, 1);
      assert.match(out, /own anthropic:manual.*cannot be used.*main's/s);
      assert.doesNotMatch(out, /An order stands|There is nothing to repair/);
      const answer = await home.run(["doctor", "--fix", "--json"]);
      assert.equal(answer.exit, 1);
      assert.match(JSON.parse(answer.out).refused[0].message, /cannot be used/);
      assert.ok(home.files().includes(WORK));
    });
  });

  test("a pipe instead of a file is named, not waited for", async () => {
    const fifo = (file: string) => {
      mkdirSync(join(home.path, file, ".."), { recursive: true });
      execFileSync("mkfifo", [join(home.path, file)]);
    };
    fifo(WORK);
    const { out } = await home.run(["doctor"]);
    assert.match(out, /not a regular file/);
    assert.ok(out.includes(WORK), out);
    renameSync(join(home.path, CONFIG), join(home.path, "real.json"));
    fifo(CONFIG);
    for (const words of [
      "doctor",
      "doctor --fix",
      "doctor --lint",
      "config get agents",
      "config set agents.defaults.model openai/gpt-5.5",
    ]) {
      const said = await home.run(words.split(" "));
      assert.ok((said.out + said.err).includes(CONFIG), words);
      assert.match(said.out + said.err, /not a regular file/, words);
    }
  });

  test("a link to a regular file is read", async () => {
    renameSync(join(home.path, CONFIG), join(home.path, "real.json"));
    symlinkSync(join(home.path, "real.json"), join(home.path, CONFIG));
    assert.equal((await home.run(["config", "get", "agents"])).exit, 0);
  });

  test("--lint with a check that does not exist is refused, and names those that do", async () => {
    for (const flag of ["--only", "--skip"]) {
      const { exit, out, err } = await home.run(["doctor", "--lint", "--json", flag, "zzz"]);
      assert.equal(exit, 2);
      assert.equal(JSON.parse(out).error.code, "bad_input");
      assert.match(err, /zzz.*core\/doctor\/legacy-auth-profiles/);
    }
  });
});
