// The processes that plugins run in: they end with this program, however it ends, and Ctrl-C is an answer.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { ENTRY } from "../support/entry.ts";
import { eventually } from "../support/eventually.ts";
import { declared, pluginHome } from "../support/plugin-home.ts";

const home = pluginHome();
after(home.remove);

test("a plugin that is busy ends with the program that waits for it", async () => {
  home.plugin("spins", `(await import("node:fs")).writeFileSync("${home.path}/spins", ""); while (true);`);
  home.name({ "./spins": { trusted: true } });
  const child = spawn(process.execPath, [ENTRY, "plugins", "list"], {
    env: { PATH: process.env["PATH"] ?? "", HOME: home.path },
    stdio: "ignore",
  });
  const ended = once(child, "close");
  await eventually(() => assert.ok(existsSync(join(home.path, "spins"))));
  child.kill("SIGTERM");
  assert.deepEqual(await ended, [null, "SIGTERM"]);
  await eventually(() => {
    const running = spawnSync("ps", ["-A", "-o", "args"], { encoding: "utf8" }).stdout.split("\n");
    assert.deepEqual(
      running.filter((line) => line.includes(join(home.path, ".openclaw/spins"))),
      [],
    );
  });
});

test("one that is busy when we are killed ends by itself: its processor time is limited", async (t) => {
  if (process.platform !== "linux") return t.skip("reads /proc");
  home.plugin(
    "limits",
    `import { existsSync, readFileSync } from "node:fs";
     throw new Error(/^Max cpu time\\s+(\\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? "none");`,
  );
  home.name({ "./limits": { trusted: true } });
  assert.equal(await home.fault("./limits"), "failed: 35");
});

test("Ctrl-C in the middle of a plugin's work is an answer, not a kill", async () => {
  home.plugin(
    "slow",
    `import { writeFileSync } from "node:fs";
     const usage = () => { writeFileSync("${home.path}/asked", ""); return new Promise(() => setInterval(() => {}, 1000)); };
     export default ${declared("slow", `env: ["SLOW_API_KEY"], usage`)};`,
  );
  home.name({ "./slow": { trusted: true } });
  const child = spawn(process.execPath, [ENTRY, "models", "status", "--usage", "--json"], {
    env: { PATH: process.env["PATH"] ?? "", HOME: home.path, SLOW_API_KEY: "fake-slow-0123456789" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  const ended = once(child, "close");
  await eventually(() => assert.ok(existsSync(join(home.path, "asked"))));
  child.kill("SIGINT");
  const [exit] = await ended;
  assert.equal(JSON.parse(out).error.code, "cancelled");
  assert.equal(exit, 130);
});

test("many at work at once are nothing to warn of", async () => {
  home.plugin(
    "many",
    `export default Array.from({ length: 12 }, (_, i) =>
       ({ ...${declared("x")}, id: "many" + i, env: ["MANY_" + i + "_API_KEY"], usage: () => [{ label: "5h", used: i }] }));`,
  );
  home.name(["./many"]);
  const keys = Array.from({ length: 12 }, (_, i) => [`MANY_${i}_API_KEY`, `fake-many-${i}-0123456789`]);
  const { out, err } = await home.run(["models", "status", "--usage", "--json"], {
    env: Object.fromEntries(keys),
  });
  assert.equal(err, "");
  assert.equal(JSON.parse(out).usage.profiles.length, 12);
});
