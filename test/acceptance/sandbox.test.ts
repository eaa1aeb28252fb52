// A newcomer without a key: the sandbox that `npm start` opens shows rotation, and says why.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { furnish, sandboxEnvironment } from "../../sandbox/home.ts";
import { startUpstream } from "../../sandbox/upstream.ts";
import type { Upstream } from "../../sandbox/upstream.ts";
import { ENTRY } from "../../scripts/build.ts";

const home = join(mkdtempSync(join(tmpdir(), "openclaw-sandbox-")), "home");
const env = sandboxEnvironment(home);
let upstream: Upstream;
let gateway: ChildProcess | undefined;
let printed = "";

before(async () => {
  upstream = await startUpstream(0);
  furnish(home, upstream.url, ENTRY);
  gateway = spawn(process.execPath, [ENTRY, "gateway", "run", "--port", "0"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  gateway.stdout!.on("data", (chunk) => (printed += chunk));
  const ended = once(gateway, "exit").then(() => assert.fail(`the gateway ended after printing: ${printed}`));
  while (!/curl .*\n/.test(printed)) await Promise.race([once(gateway.stdout!, "data"), ended]);
  ended.catch(() => {});
});

after(() => {
  gateway?.kill("SIGKILL");
  upstream.close();
  rmSync(join(home, ".."), { recursive: true, force: true });
});

/** Never synchronous: the upstream answers in this process. */
const output = async (file: string, args: readonly string[]): Promise<string> =>
  (await promisify(execFile)(file, args, { env })).stdout;

/** The line that the gateway prints, run as a newcomer would: by a shell. */
async function runPrintedLine(): Promise<string> {
  const stdout = await output("sh", ["-c", /curl .*/.exec(printed)![0]]);
  return /Hello from (\w+)/.exec(stdout)?.[1] ?? stdout;
}

test("the printed line, five times: the small quota is followed by another account", async () => {
  const answers: string[] = [];
  for (let call = 1; call <= 5; call++) answers.push(await runPrintedLine());
  assert.deepEqual(answers, ["ada", "ada", "ada", "grace", "grace"]);
});

test("why last names the account that answered", async () => {
  assert.match(await output(process.execPath, [ENTRY, "models", "why", "last"]), /sandbox-openai:grace/);
});

test("a failure inside a stream that began well stays invisible", async () => {
  for (let call = 1; call <= 3; call++) {
    const text = await streamedResponse();
    assert.match(text, /response\.completed/);
    assert.doesNotMatch(text, /response\.failed/);
  }
});

async function streamedResponse(): Promise<string> {
  const [url] = /http:\/\/[\d.:]+/.exec(printed)!;
  const [, token] = /Bearer ([^"]*)"/.exec(printed)!;
  const secret = await output("sh", ["-c", `printf %s "${token}"`]);
  const response = await fetch(`${url}/v1/responses`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "sandbox-responses/gpt-sandbox", input: "Say hello.", stream: true }),
  });
  return await response.text();
}

test("no key of an account is printed", () => {
  assert.doesNotMatch(printed, /sandbox-key-/);
});

test("an interrupt ends it cleanly", async () => {
  gateway!.kill("SIGINT");
  assert.deepEqual(await once(gateway!, "exit"), [0, null]);
});
