// A timer asks every half hour whether a credential needs somebody. It is told once, in a line, with a command.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, afterEach, describe, test } from "node:test";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";

const KEY = "sk-fake-monitor-0123456789abcdef";
const MONITOR = ["models", "auth", "monitor"] as const;
const HOUR = 3_600_000;

let home: CliHome;
beforeEach(() => {
  home = cliHome();
  home.write(
    ".openclaw/openclaw.json",
    JSON.stringify({
      agents: { defaults: { model: { primary: "groq/llama-3.3-70b-versatile", fallbacks: ["mistral/m"] } } },
    }),
  );
});
afterEach(() => home.remove());

async function paste(provider: string, kind = "paste-api-key", ...more: string[]): Promise<void> {
  const words = ["models", "auth", kind, "--provider", provider, ...more];
  const { exit, err } = await home.run(words, { stdin: KEY });
  assert.equal(exit, 0, err);
}

const monitor = (...words: string[]) => home.run([...MONITOR, ...words]);

describe("one line", () => {
  test("the worst problem, its command, and the exit code of --check", async () => {
    await paste("groq", "paste-token", "--expires-in", "5h");
    const both = await monitor();
    assert.equal(both.exit, 1);
    assert.match(
      both.out,
      /^openclaw: mistral: no credential\. openclaw models auth paste-api-key --provider mistral \(and 1 more: [^)]+\)\n$/,
    );
    await paste("mistral");
    const soon = await monitor();
    assert.equal(soon.exit, 2);
    assert.match(
      soon.out,
      /^openclaw: groq: groq:manual expires soon\. openclaw models auth paste-token .*\n$/,
    );
    await paste("groq");
    const well = await monitor();
    assert.deepEqual(
      [well.exit, well.out],
      [0, "openclaw: the credentials of all models in use are well.\n"],
    );
    assert.ok(!(both.out + soon.out).includes(KEY.slice(8)));
  });

  test("as JSON, one document", async () => {
    const { exit, out } = await monitor("--json");
    const report = JSON.parse(out);
    assert.deepEqual([exit, report.exit, report.status], [1, 1, "failing"]);
    assert.deepEqual(
      report.problems.map(({ provider }: any) => provider),
      ["groq", "mistral"],
    );
    assert.equal(report.changed, undefined);
  });

  test("a config that cannot be read is told like any other problem", async () => {
    home.write(".openclaw/openclaw.json", "{ nonsense");
    const { exit, out } = await monitor("--changed");
    assert.equal(exit, 1);
    assert.match(out, /^openclaw: .*openclaw\.json.*\n$/);
    assert.equal((await monitor("--agent", "nobody")).exit, 1);
  });

  test("looking leaves the disk as it was", async () => {
    const before = home.files();
    await monitor();
    await monitor("--json");
    assert.deepEqual(home.files(), before);
  });
});

describe("--changed tells what is news", () => {
  test("a problem once, its end once, nothing while all is well", async () => {
    await paste("mistral");
    const first = await monitor("--changed");
    assert.match(first.out, /^openclaw: groq: /);
    const again = await monitor("--changed");
    assert.deepEqual([again.exit, again.out], [1, ""]);
    await paste("groq");
    const over = await monitor("--changed");
    assert.deepEqual(
      [over.exit, over.out],
      [0, "openclaw: the credentials of all models in use are well.\n"],
    );
    assert.deepEqual((await monitor("--changed")).out, "");
    const report = JSON.parse((await monitor("--changed", "--json")).out);
    assert.deepEqual([report.changed, report.status], [false, "ok"]);
  });

  test("what stays is told again after a day, also when the clock was set back", async () => {
    await monitor("--changed");
    const file = ".openclaw/state/access-monitor.json";
    for (const by of [-25 * HOUR, 25 * HOUR]) {
      const told = JSON.parse(home.read(file));
      home.write(file, JSON.stringify({ "": { ...told[""], at: Date.now() + by } }));
      assert.match((await monitor("--changed")).out, /^openclaw: groq: /);
    }
    home.write(file, "garbage");
    assert.match((await monitor("--changed")).out, /^openclaw: groq: /);
  });
});

describe("files for a timer", () => {
  test("systemd: printed, written once, never over another file", async () => {
    const printed = await monitor("--systemd");
    assert.equal(printed.exit, 0, printed.err);
    assert.match(printed.out, /^OnCalendar=/m);
    assert.match(printed.err, /systemctl --user .*openclaw-auth-monitor\.timer/);
    assert.ok(!home.files().some((file) => file.includes("systemd")));

    const folder = ".config/systemd/user";
    const written = await monitor("--systemd", "--write");
    assert.match(
      written.out,
      /Written: .*openclaw-auth-monitor\.service\nWritten: .*openclaw-auth-monitor\.timer\n/,
    );
    const service = home.read(`${folder}/openclaw-auth-monitor.service`);
    assert.ok(printed.out.includes(service));
    const again = await home.run([...MONITOR, "--systemd", "--write", "--json"]);
    assert.deepEqual(
      JSON.parse(again.out).files.map((file: any) => file.written),
      [false, false],
    );
    home.write(`${folder}/openclaw-auth-monitor.timer`, "[Timer]\n# mine\n");
    const refused = await monitor("--systemd", "--write");
    assert.equal(refused.exit, 1);
    assert.match(refused.err, /openclaw-auth-monitor\.timer is there already/);
    assert.equal(home.read(`${folder}/openclaw-auth-monitor.timer`), "[Timer]\n# mine\n");
  });

  test("systemd takes them", async (t) => {
    if (spawnSync("systemd-analyze", ["--version"]).status !== 0)
      return t.skip("there is no systemd-analyze");
    await monitor("--systemd", "--write");
    const units = ["service", "timer"].map((kind) =>
      join(home.path, ".config/systemd/user", `openclaw-auth-monitor.${kind}`),
    );
    const verified = spawnSync("systemd-analyze", ["verify", "--man=no", ...units], { encoding: "utf8" });
    assert.ok(!/openclaw-auth-monitor/.test(verified.stderr), verified.stderr);
  });

  test("termux: the script asks, and notifies when there is something to say", async () => {
    const { exit, err } = await monitor("--termux", "--write");
    assert.equal(exit, 0, err);
    const script = join(home.path, ".shortcuts/tasks/openclaw-auth-monitor.sh");
    assert.equal(statSync(script).mode & 0o777, 0o700);
    assert.match(err, /termux-job-scheduler .*--script .*openclaw-auth-monitor\.sh/);
    const bin = join(home.path, "bin");
    home.write("bin/termux-notification", `#!/bin/sh\nprintf '%s\\n' "$@" >> "${home.path}/notified"\n`);
    chmodSync(join(bin, "termux-notification"), 0o700);
    const run = () =>
      spawnSync("sh", [script], {
        env: { PATH: `${bin}:${process.env["PATH"]}`, HOME: home.path, NO_COLOR: "1" },
        encoding: "utf8",
      });
    assert.equal(run().status, 1);
    const notified = home.read("notified");
    assert.match(notified, /^openclaw: groq: no credential\./m);
    assert.equal(run().status, 1);
    assert.equal(home.read("notified"), notified, "no second notification of the same");
  });

  test("flags that do not go together", async () => {
    for (const words of [["--systemd", "--termux"], ["--write"], ["--systemd", "--agent", "nobody"]]) {
      const { exit, out } = await monitor(...words);
      assert.deepEqual([exit, out], [1, ""], words.join(" "));
    }
  });
});
