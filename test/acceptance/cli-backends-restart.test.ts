// A gateway with a program that makes its calls, killed and started again: nothing of the program is left, and the
// conversation goes on in the program's session.
import assert from "node:assert/strict";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { reply } from "../fakes/upstream-actions.ts";
import { chatBody } from "../fakes/wire-samples.ts";
import { eventually } from "../support/eventually.ts";
import type { GatewayProcess } from "../support/gateway-process.ts";
import { gatewayHome } from "../support/gateway-process.ts";
import { send } from "../support/http-client.ts";

const PROGRAM = join(import.meta.dirname, "../fakes/cli-program.ts");
const SESSION = { "x-openclaw-session-key": "talk" };

test("a kill leaves no program; a restart resumes its session, until the conversation begins anew", async (t) => {
  const upstream = await startScriptedUpstream(() => reply({ body: chatBody("from an API") }));
  const home = await gatewayHome(upstream, ["a"]);
  t.after(async () => {
    await home.remove();
    await upstream.close();
  });
  const log = join(home.path, "log");
  const command = join(home.path, "program");
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`, { mode: 0o755 });
  const config = JSON.parse(readFileSync(home.paths.configPath, "utf8"));
  config.agents.defaults = {
    model: { primary: "claude-cli/sonnet", fallbacks: ["p/m1"] },
    workspace: join(home.path, "work"),
    cliBackends: { "claude-cli": { command, env: { FAKE_CLI_LOG: log } } },
  };
  writeFileSync(home.paths.configPath, JSON.stringify(config));

  interface Seen {
    readonly args: readonly string[];
    readonly prompt: string;
    readonly pid: number;
    readonly child?: number;
  }
  const seen = (): Seen[] =>
    existsSync(log)
      ? readFileSync(log, "utf8")
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line))
      : [];
  const ask = async (gateway: GatewayProcess, content: string, headers: Record<string, string> = SESSION) => {
    const token = readFileSync(join(home.paths.globalDir, "gateway-token"), "utf8").trim();
    const body = JSON.stringify({ model: "openclaw", messages: [{ role: "user", content }] });
    const all = { ...headers, authorization: `Bearer ${token}` };
    const { text } = await send(`${gateway.url}/v1/chat/completions`, { headers: all, body });
    return JSON.parse(text).choices?.[0]?.message?.content ?? text;
  };
  const after = (run: Seen | undefined, flag: string) => run!.args[run!.args.indexOf(flag) + 1];

  const first = await home.start("--port", "0");
  assert.equal(await ask(first, "One."), "It is done.");
  const id = after(seen()[0], "--session-id");
  const cut = ask(first, "do:brood", {}).catch(() => undefined);
  const brood = await eventually(() => {
    const runs = seen().slice(1);
    assert.equal(runs.length, 2);
    return runs.map(({ pid, child }) => pid ?? child!);
  });
  first.kill("SIGKILL");
  await first.ended;
  await cut;
  await eventually(() => assert.ok(brood.every((pid) => !isAlive(pid))));

  const second = await home.start("--port", "0");
  assert.equal(await ask(second, "Two."), "It is done.");
  const resumed = seen()[3];
  assert.equal(after(resumed, "--resume"), id);
  assert.equal(resumed!.prompt, "Two.");

  // It moves to an API and back: each is told what was said meanwhile.
  renameSync(command, `${command}.away`);
  assert.equal(await ask(second, "Three."), "from an API");
  assert.match(JSON.stringify(upstream.calls[0]!.body.json!["messages"]), /One\.[^]*It is done\.[^]*Two\./);
  renameSync(`${command}.away`, command);
  assert.equal(await ask(second, "Four."), "It is done.");
  const back = seen()[4];
  assert.ok(!back!.args.includes("--resume"));
  assert.match(back!.prompt, /One\.[^]*Three\.[^]*from an API[^]*<\/conversation_history>\s*Four\.$/);
  await ask(second, "Five.");
  assert.equal(after(seen()[5], "--resume"), after(back, "--session-id"));

  await ask(second, "/new");
  await ask(second, "Six.");
  assert.ok(!seen()[6]!.args.includes("--resume"));
  assert.equal(seen()[6]!.prompt, "Six.");
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
