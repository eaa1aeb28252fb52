// The gateway from outside: is it there, reload, stop, and the service that runs it.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { spawn, spawnSync } from "node:child_process";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import { thisProcess } from "../../src/store/process-identity.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import type { CliHome, Said } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";
import { ENTRY } from "../support/entry.ts";
import { eventually } from "../support/eventually.ts";
import type { GatewayHome } from "../support/gateway-process.ts";
import { gatewayHome } from "../support/gateway-process.ts";

async function place(t: TestContext): Promise<GatewayHome> {
  const upstream = await startScriptedUpstream();
  const home = await gatewayHome(upstream, ["a"]);
  t.after(async () => {
    await home.remove();
    await upstream.close();
  });
  return home;
}

/** `openclaw gateway …words` on the same home. */
function openclaw(home: GatewayHome, ...words: readonly string[]): Promise<Said> {
  const child = spawn(process.execPath, [ENTRY, "gateway", ...words], { env: home.env, cwd: home.path });
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk) => (said.out += chunk));
  child.stderr.on("data", (chunk) => (said.err += chunk));
  return new Promise((resolve) => child.on("close", (exit) => resolve({ exit, ...said })));
}

function emptyHome(t: TestContext): CliHome {
  const home = cliHome();
  t.after(home.remove);
  return home;
}

describe("gateway commands", { concurrency: 2 }, () => {
  test("a gateway of another container is not stopped by the pid that it has there", async (t) => {
    const home = await place(t);
    const bystander = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    t.after(() => bystander.kill("SIGKILL"));
    const file = join(home.paths.globalDir, "gateway.lock");
    mkdirSync(dirname(file), { recursive: true });
    const theirs = { ...thisProcess(), pid: bystander.pid!, host: "box-7", pidNamespace: "pid:[1]" };
    writeFileSync(file, JSON.stringify({ process: theirs, port: 1, host: "127.0.0.1" }));
    for (const verb of ["stop", "reload"]) {
      const said = await openclaw(home, verb);
      assert.equal(said.exit, 1);
      assert.match(said.err, /another container.*box-7/);
    }
    assert.equal(bystander.exitCode ?? bystander.signalCode, null);
    assert.equal(JSON.parse((await openclaw(home, "status", "--json")).out).host, "box-7");
    // It may be long gone: the one that starts now is the one that the commands mean.
    const gateway = await home.start("--port", "0");
    assert.match(gateway.printed(), /Another gateway.*box-7/);
    await eventually(async () => {
      const { pid } = JSON.parse((await openclaw(home, "status", "--json")).out);
      assert.equal(pid, gateway.pid);
    });
    assert.equal((await openclaw(home, "stop")).exit, 0);
    assert.equal(existsSync(file), false);
  });

  test("status, reload and stop of a gateway that runs", async (t) => {
    const home = await place(t);
    const config = JSON.parse(readFileSync(home.paths.configPath, "utf8"));
    config.gateway = { reload: { mode: "off" } };
    writeFileSync(home.paths.configPath, JSON.stringify(config));
    const gateway = await home.start("--port", "0");
    const status = await openclaw(home, "status", "--json");
    assert.equal(status.exit, 0, status.err);
    const report = JSON.parse(status.out);
    assert.equal(report.running, true);
    assert.equal(report.pid, gateway.pid);
    assert.equal(report.url, gateway.url);
    assert.equal(report.probe.ready, true);
    assert.match(report.version, /^\d+\.\d+/);
    const shown = await openclaw(home, "status");
    assert.match(shown.out, new RegExp(`pid ${gateway.pid}`));
    assert.match(shown.out, /Serves model calls/);

    const first = await openclaw(home, "reload", "--json");
    assert.deepEqual(JSON.parse(first.out).changed, []);
    config.agents.defaults.models = { "p/m1": { alias: "one" } };
    writeFileSync(home.paths.configPath, JSON.stringify(config));
    const told = await openclaw(home, "reload");
    assert.match(told.out, /In use now: .*agents\.defaults\.models/);
    writeFileSync(home.paths.configPath, "{ agents: ");
    const refused = await openclaw(home, "reload", "--json");
    assert.equal(refused.exit, 1);
    assert.match(JSON.parse(refused.out).error.message, /former settings.*is not JSON5/);
    assert.match((await openclaw(home, "status")).out, /New settings are not in use/);

    const stopped = await openclaw(home, "stop", "--json");
    assert.deepEqual(JSON.parse(stopped.out), { stopped: true, pid: gateway.pid });
    assert.equal(await gateway.ended, 0);
    const after = await openclaw(home, "status", "--json");
    assert.equal(after.exit, 1);
    assert.equal(JSON.parse(after.out).running, false);
  });

  test("without a gateway: status says so, stop has nothing to do, reload and start say what to do", async (t) => {
    const home = emptyHome(t);
    const status = await home.run(["gateway", "status"]);
    assert.equal(status.exit, 1);
    assert.match(status.out, /not running.*openclaw gateway run/);
    const stop = await home.run(["gateway", "stop"]);
    assert.equal(stop.exit, 0);
    for (const verb of ["reload", "start", "restart"]) {
      const { exit, err } = await home.run(["gateway", verb]);
      assert.equal(exit, 1);
      assert.match(err, /openclaw gateway run/);
    }
    assert.deepEqual(home.files(), []);
  });

  test("status of a gateway that hangs does not hang", async (t) => {
    const home = await place(t);
    const gateway = await home.start("--port", "0");
    const deaf = createServer(() => undefined).listen(0, "127.0.0.1");
    t.after(() => deaf.closeAllConnections());
    t.after(() => deaf.close());
    await eventually(() => assert.ok(deaf.address()));
    const file = join(home.paths.globalDir, "gateway.lock");
    const lock = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...lock, port: (deaf.address() as AddressInfo).port }));
    const { exit, out } = await openclaw(home, "status", "--timeout", "100", "--json");
    assert.equal(exit, 1);
    assert.match(JSON.parse(out).probe.error, /no answer within 100 ms/);
    gateway.kill("SIGKILL");
  });

  test("status works while the config is broken", async (t) => {
    const home = emptyHome(t);
    home.write(".openclaw/openclaw.json", "{ gateway: ");
    assert.match((await home.run(["gateway", "status"])).out, /not running/);
  });
});

/** `systemctl` that writes down what it is told. */
function fakeSystemd(home: CliHome): Record<string, string> {
  const bin = join(home.path, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "systemctl"), `#!/bin/sh\necho "$*" >> "${join(home.path, "told")}"\n`);
  chmodSync(join(bin, "systemctl"), 0o755);
  return { PATH: `${bin}:${process.env["PATH"] ?? ""}` };
}

const UNIT = ".config/systemd/user/openclaw-gateway.service";

describe("gateway install", { skip: process.platform !== "linux" }, () => {
  test("writes a unit that systemd takes, starts it, and takes it away again", async (t) => {
    const home = emptyHome(t);
    const env = { ...fakeSystemd(home), OPENAI_API_KEY: "sk-fake-of-the-shell" };
    const installed = await home.run(["gateway", "install", "--port", "19001", "--json"], { env });
    assert.equal(installed.exit, 0, installed.err);
    const report = JSON.parse(installed.out);
    assert.equal(report.file, join(home.path, UNIT));
    assert.equal(report.started, true);
    assert.match(home.read("told"), /--user daemon-reload\n--user enable --now openclaw-gateway\.service/);
    const unit = home.read(UNIT);
    assert.match(unit, /gateway run --port 19001\n/);
    assert.ok(!unit.includes("sk-fake"));
    assert.equal(statSync(join(home.path, UNIT)).mode & 0o077, 0);
    const checked = spawnSync("systemd-analyze", ["--user", "verify", join(home.path, UNIT)], {
      encoding: "utf8",
    });
    const own = (checked.stderr ?? "").split("\n").filter((line) => line.includes("openclaw-gateway"));
    assert.deepEqual(own, []);

    const again = await home.run(["gateway", "install", "--port", "19001", "--json"], { env });
    assert.equal(JSON.parse(again.out).written, false);
    const removed = await home.run(["gateway", "uninstall", "--json"], { env });
    assert.equal(JSON.parse(removed.out).removed, true);
    assert.ok(!existsSync(join(home.path, UNIT)));
  });

  test("a unit that somebody else wrote stays, unless it is moved aside", async (t) => {
    const home = emptyHome(t);
    const env = fakeSystemd(home);
    const theirs = "[Service]\nExecStart=/usr/bin/openclaw gateway\n";
    home.write(UNIT, theirs);
    const refused = await home.run(["gateway", "install"], { env });
    assert.equal(refused.exit, 1);
    assert.match(refused.err, /--force/);
    assert.equal(home.read(UNIT), theirs);
    assert.equal((await home.run(["gateway", "uninstall"], { env })).exit, 1);
    const forced = await home.run(["gateway", "install", "--force", "--json"], { env });
    const { movedTo } = JSON.parse(forced.out);
    assert.equal(readFileSync(movedTo, "utf8"), theirs);
    assert.equal(dirname(movedTo), dirname(join(home.path, UNIT)));
  });

  test("--print changes nothing", async (t) => {
    const home = emptyHome(t);
    const { exit, out } = await home.run(["gateway", "install", "--print"]);
    assert.equal(exit, 0);
    assert.match(out, /^\[Service\]$/m);
    assert.deepEqual(home.files(), []);
  });

  test("where systemd cannot be reached, the unit is written and the commands are told", async (t) => {
    const home = emptyHome(t);
    const env = fakeSystemd(home);
    writeFileSync(
      join(home.path, "bin/systemctl"),
      "#!/bin/sh\necho 'Failed to connect to bus' >&2\nexit 1\n",
    );
    const { exit, out, err } = await home.run(["gateway", "install"], { env });
    assert.equal(exit, 0);
    assert.match(out, /Written/);
    assert.match(err, /Failed to connect to bus.*systemctl --user enable --now/);
  });

  test("a supervised gateway with a config that cannot be used is not started again and again", async (t) => {
    const home = emptyHome(t);
    home.write(".openclaw/openclaw.json", "{ gateway: { port: 'none' } }");
    const env = { OPENCLAW_GATEWAY_SUPERVISED: "1" };
    const { exit, err } = await home.run(["gateway", "run", "--port", "0"], { env });
    assert.equal(exit, 78);
    assert.match(err, /gateway\.port/);
  });
});
