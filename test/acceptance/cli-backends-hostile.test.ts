// Programs that make model calls, and do whatever they like: the next candidate answers, nobody is barred for a fault
// that is not theirs, nothing of them is left, and no token of theirs is told.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chatBody, chatFrames } from "../fakes/wire-samples.ts";
import { reply, stream } from "../fakes/upstream-actions.ts";
import { eventually } from "../support/eventually.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";

const CHAT = "/v1/chat/completions";
const FALLBACK = "fallback";
const SPILT = "sk-ant-oat01-FAKEfake0000FAKEfake0000";

const delta = (text: string) =>
  `{"type":"stream_event","event":{"type":"content_block_delta","delta":{"type":"text_delta","text":"${text}"}}}`;
const RESULT = '{"type":"result","is_error":false,"result":"x","stop_reason":"end_turn"}';

/** What each program does, in `sh`. */
const PROGRAMS = {
  spills: `echo "warning: old" >&2; echo "API Error: 401 refused Bearer ${SPILT}" >&2; exit 1`,
  says: `echo "Invalid API key. Please run /login"; exit 1`,
  nothing: `exit 0`,
  line: `head -c 100000000 /dev/zero | tr '\\0' x`,
  halves: `printf 'caf\\303'; sleep 0.2; printf '\\251 \\360\\237'; sleep 0.2; printf '\\230\\200'`,
  half: `printf 'caf\\303'`,
  chatters: `echo '${delta("whole")}'; echo '${RESULT}'; echo '${delta(" more")}'; echo $$ > "$0.pid"; exec sleep 1000`,
  counts: `wc -c`,
  slow: `echo + >> "$0.log"; sleep 0.3; echo - >> "$0.log"; echo done`,
  stubborn: `trap '' TERM INT HUP; echo $$ > "$0.pid"; while :; do sleep 1000; done`,
  escapes: `setsid sh -c 'echo $$ > "'"$0"'.pid"; exec sleep 20' & until [ -e "$0.pid" ]; do sleep 0.1; done; echo answered`,
} as const;
type Name = keyof typeof PROGRAMS;

let gateway: TestGateway;
let folder: string;
const at = (name: string) => join(folder, name);

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "cli-hostile-"));
  for (const [name, does] of Object.entries(PROGRAMS)) {
    const reads = name === "counts" ? "" : "cat > /dev/null\n";
    writeFileSync(at(name), `#!/bin/sh\n${reads}${does}\n`, { mode: 0o755 });
  }
  writeFileSync(at("locked"), "#!/bin/sh\n");
  chmodSync(at("locked"), 0o644);
  writeFileSync(at("file"), "no folder");
  const claude = new Set<Name>(["chatters"]);
  const backends = Object.keys(PROGRAMS).map((name) => [
    name,
    claude.has(name as Name)
      ? { command: at(name), output: "jsonl", jsonlDialect: "claude-stream-json" }
      : { command: at(name), output: "text" },
  ]);
  gateway = await startTestGateway({
    providers: { p: { keys: ["a"], models: ["m1"] } },
    script: ({ body }) =>
      body.json?.["stream"] ? stream({ frames: chatFrames(FALLBACK) }) : reply({ body: chatBody(FALLBACK) }),
    env: { PATH: process.env["PATH"]!, HOME: folder },
    access: { gateway: { maxWaitMs: 0 } },
    config: {
      agents: {
        defaults: {
          model: { primary: "p/m1", fallbacks: ["p/m1"] },
          workspace: at("work"),
          maxConcurrent: 2,
          cliBackends: {
            ...Object.fromEntries(backends),
            locked: { command: at("locked") },
            patient: {
              command: at("stubborn"),
              reliability: { watchdog: { fresh: { noOutputTimeoutMs: 1000 } } },
            },
          },
        },
        list: [
          { id: "main", default: true },
          { id: "homeless", workspace: at("file") },
        ],
      },
    },
  });
});
after(async () => {
  await gateway?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const body = (model: string, content = "x", more: object = {}) => ({
  model,
  messages: [{ role: "user", content }],
  ...more,
});
/** Nobody else may answer in its place. */
const strictly = (name: string, content = "x", model = "openclaw") =>
  gateway.post(CHAT, body(model, content), { "x-openclaw-model": `${name}/m` });
const textOf = async (answer: Response): Promise<string> => {
  const said: any = await answer.json();
  return said.choices?.[0]?.message?.content ?? JSON.stringify(said);
};
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const pidOf = (name: Name): Promise<number> =>
  eventually(() => {
    const pid = existsSync(at(`${name}.pid`)) ? Number(readFileSync(at(`${name}.pid`), "utf8")) : 0;
    assert.ok(pid > 0, name);
    return pid;
  });

test("a token that it prints is told to nobody", async () => {
  const answer = await strictly("spills");
  const text = await answer.text();
  assert.ok(answer.status >= 400, text);
  assert.match(text, /401 refused Bearer \[secret\]/);
  const told = [text, JSON.stringify(await gateway.receipt(answer)), gateway.said.join("\n")].join("\n");
  assert.ok(!told.includes("FAKEfake"), told);
});

test("words of a program that failed are no answer, and none is no answer either", async () => {
  const failed = await gateway.post(CHAT, body("says/m", "x", { model: "says/m" }));
  await failed.text();
  const { attempts } = await gateway.receipt(failed);
  assert.equal(attempts[0]!.kind, "auth", JSON.stringify(attempts));
  const silent = await strictly("nothing");
  assert.match(await silent.text(), /exit code 0 before its answer was complete/);
  await gateway.health("config:nothing", ({ bars }) => assert.ok(bars.length > 0));
});

test("a line of 100 MB ends it; half a letter does not", async () => {
  assert.match(await (await strictly("line")).text(), /more than 8388608 characters/);
  assert.equal(await textOf(await strictly("halves")), "café 😀");
  assert.equal(await textOf(await strictly("half")), "caf\ufffd");
});

test("nobody is barred for settings, for a folder, or for a name that is no model's", async () => {
  assert.match(
    await (await strictly("locked")).text(),
    /may not be started \(EACCES\)[^]*Make it executable/,
  );
  const homeless = await strictly("counts", "x", "openclaw/homeless");
  assert.match(await homeless.text(), /file/);
  const odd = await gateway.post(CHAT, body("openclaw"), { "x-openclaw-model": "counts/--help" });
  assert.match(await odd.text(), /no model of the name/);
  for (const name of ["locked", "counts"])
    await gateway.health(`config:${name}`, ({ bars }) => assert.deepEqual(bars, [], name));
});

test("what is asked may be long, and what comes after the answer is not heard", async () => {
  assert.equal(await textOf(await strictly("counts", "x".repeat(1_000_000))), "1000000");
  assert.equal(await textOf(await strictly("chatters")), "whole");
});

test("so many at once, the others in order; one that is aborted while it waits never runs", async () => {
  const leaving = new AbortController();
  const left = fetch(`${gateway.url}${CHAT}`, {
    method: "POST",
    signal: leaving.signal,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify(body("slow/m")),
  });
  const others = Array.from({ length: 5 }, () => strictly("slow"));
  const gone = [...others, left];
  await eventually(() => assert.ok(existsSync(at("slow.log"))));
  const late = new AbortController();
  const waits = fetch(`${gateway.url}${CHAT}`, {
    method: "POST",
    signal: late.signal,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify(body("slow/m")),
  });
  late.abort();
  await assert.rejects(waits);
  const answers = await Promise.all(gone);
  assert.ok(answers.every(({ status }) => status === 200));
  for (const answer of answers) assert.equal(await textOf(answer), "done");
  let running = 0;
  let most = 0;
  for (const sign of readFileSync(at("slow.log"), "utf8").trim().split("\n")) {
    running += sign === "+" ? 1 : -1;
    most = Math.max(most, running);
  }
  assert.ok(most <= 2, `${most} at once`);
  assert.equal(readFileSync(at("slow.log"), "utf8").match(/\+/g)!.length, 6);
});

test("silence ends one that hears no signal; one that left its group does not hold the answer", async () => {
  const silent = await strictly("patient");
  assert.match(await silent.text(), /printed nothing for 1 s/);
  const pid = await pidOf("stubborn");
  await eventually(() => assert.ok(!isAlive(pid)));
  assert.equal(await textOf(await strictly("escapes")), "answered");
  // It is out of reach for everybody; the test ends it.
  process.kill(await pidOf("escapes"), "SIGKILL");
});

test("what answered and went on is gone in the end", async () => {
  const pid = await pidOf("chatters");
  await eventually(() => assert.ok(!isAlive(pid)));
});
