// What a gateway leaves in its log: who looks later finds what was told, and no secret.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { eventually } from "../support/eventually.ts";
import type { GatewayHome } from "../support/gateway-process.ts";
import { gatewayHome } from "../support/gateway-process.ts";
import { keyOf } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";

async function place(t: TestContext, logging: object): Promise<GatewayHome> {
  const upstream = await startScriptedUpstream((call) =>
    act.reply({ status: 401, body: { error: { message: `Incorrect API key: ${call.key}` } } }),
  );
  const home = await gatewayHome(upstream, ["a"]);
  t.after(async () => {
    await home.remove();
    await upstream.close();
  });
  const config = JSON.parse(readFileSync(home.paths.configPath, "utf8"));
  writeFileSync(home.paths.configPath, JSON.stringify({ ...config, logging }));
  return home;
}

const linesOf = (file: string): any[] =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("the gateway's log", { concurrency: 2 }, () => {
  test("lies under the state dir, one JSON object a line; stderr stays for people", async (t) => {
    const home = await place(t, { level: "debug" });
    const gateway = await home.start("--port", "0");
    const folder = join(home.paths.stateDir, "logs");
    const file = await eventually(() => {
      const [name] = readdirSync(folder);
      assert.match(name ?? "", /^gateway-\d{4}-\d\d-\d\d\.log$/);
      return join(folder, name!);
    });
    const token = readFileSync(join(home.paths.globalDir, "gateway-token"), "utf8").trim();
    const body = JSON.stringify({ model: "p/m1", messages: [{ role: "user", content: "Hi" }] });
    await send(`${gateway.url}/v1/chat/completions`, { headers: { authorization: `Bearer ${token}` }, body });
    writeFileSync(home.paths.configPath, "{ agents: ");
    await eventually(() => assert.match(readFileSync(file, "utf8"), /New settings cannot be used/));
    gateway.kill("SIGTERM");
    assert.equal(await gateway.ended, 0);
    const lines = linesOf(file);
    assert.match(lines[0].msg, /^Gateway .*serves on/);
    assert.ok(lines.some(({ msg }) => /^Run .* of p\/m1: exhausted/.test(msg)));
    assert.match(lines.at(-1).msg, /^Stopping \(SIGTERM\)/);
    for (const secret of [token, keyOf("p", "a")])
      for (const text of [readFileSync(file, "utf8"), gateway.printed()]) assert.ok(!text.includes(secret));
    assert.ok(!/^\{/m.test(gateway.printed()));
    assert.match(gateway.printed(), /warn Run \S+ of p\/m1 \(p\/m1\) failed with HTTP/);
    assert.ok(!gateway.printed().includes(": exhausted after"));
  });

  test("logging.file and logging.consoleLevel hold; a log that cannot be written stops nothing", async (t) => {
    const home = await place(t, { file: "~/own/gateway.log", consoleLevel: "silent" });
    const gateway = await home.start("--port", "0");
    await eventually(() => assert.match(linesOf(join(home.path, "own/gateway.log"))[0].msg, /serves on/));
    gateway.kill("SIGTERM");
    await gateway.ended;
    writeFileSync(join(home.path, "file"), "");
    const config = JSON.parse(readFileSync(home.paths.configPath, "utf8"));
    writeFileSync(home.paths.configPath, JSON.stringify({ ...config, logging: { file: "~/file/log" } }));
    const other = await home.start("--port", "0");
    await eventually(() => assert.match(other.printed(), /The log cannot be written/));
    assert.equal((await fetch(`${other.url}/ready`)).status, 200);
  });
});
