// References through files and programs: in parallel, in batches, and no one holds up another. The programs here
// hang, flood, die, print garbage, leak, and change their answer.
import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { SecretRef } from "../core/credential.ts";
import type { ExecProvider, ResolutionLimits, SecretProvider } from "../core/secret-ref.ts";
import { DEFAULT_LIMITS } from "../core/secret-ref.ts";
import { batchesOf, environmentFor } from "./exec.ts";
import { questionFor } from "./exec-answer.ts";
import { resolveRefs } from "./resolve.ts";

const POSIX = { skip: process.platform === "win32" };
const FOLDER = mkdtempSync(join(tmpdir(), "secret-programs-"));
after(() => rmSync(FOLDER, { recursive: true }));

const program = (name: string, lines: string, mode = 0o700): string => {
  const file = join(FOLDER, name);
  writeFileSync(file, `#!/bin/sh\n${lines}\n`);
  chmodSync(file, mode);
  return file;
};
const exec = (command: string, more: Partial<ExecProvider> = {}): ExecProvider => ({
  source: "exec",
  command,
  args: [],
  env: {},
  passEnv: ["PATH"],
  timeoutMs: 10_000,
  noOutputTimeoutMs: 10_000,
  maxOutputBytes: 100_000,
  jsonOnly: true,
  allowSymlinkCommand: false,
  allowInsecurePath: false,
  ...more,
});
const says = (values: object) =>
  `cat >/dev/null; printf '%s' '${JSON.stringify({ protocolVersion: 1, values })}'`;
const ref = (provider: string, id = "k", source: SecretRef["source"] = "exec"): SecretRef => ({
  source,
  provider,
  id,
});

async function resolve(
  refs: readonly SecretRef[],
  blocks: Readonly<Record<string, SecretProvider>>,
  limits: Partial<ResolutionLimits> = {},
) {
  const outcomes = await resolveRefs(refs, {
    providers: new Map(Object.entries(blocks)),
    limits: { ...DEFAULT_LIMITS, ...limits },
    env: { PATH: process.env["PATH"], VISIBLE: "yes", HIDDEN: "sk-fake-hidden-123456" },
    home: FOLDER,
  });
  return new Map(
    [...outcomes].map(([key, one]) => [key, "found" in one ? one.found.reveal() : `! ${one.problem}`]),
  );
}
const one = async (block: ExecProvider) => (await resolve([ref("p")], { p: block })).get("exec:p:k")!;

test("a program gets its question, and no environment that was not passed", POSIX, async () => {
  const command = program(
    "echo",
    `q=$(cat); printf '%s' "$q" > ${FOLDER}/question; env > ${FOLDER}/env; ${says({ k: "v" })}`,
  );
  assert.equal(await one(exec(command, { env: { OWN: "1" }, passEnv: ["PATH", "VISIBLE", "UNSET"] })), "v");
  assert.equal(readFileSync(join(FOLDER, "question"), "utf8"), questionFor("p", ["k"]));
  const env = readFileSync(join(FOLDER, "env"), "utf8");
  assert.match(env, /^VISIBLE=yes$/m);
  assert.match(env, /^OWN=1$/m);
  assert.doesNotMatch(env, /HIDDEN|sk-fake|UNSET|HOME=/);
});

test("what a block fixes goes before what it passes", () => {
  assert.deepEqual(
    environmentFor({ env: { A: "fixed" }, passEnv: ["A", "B"] }, { A: "ours", B: "b", C: "c" }),
    {
      A: "fixed",
      B: "b",
    },
  );
});

test("programs that fail are told apart, and none of their words are shown", POSIX, async () => {
  const leak = "sk-fake-leaked-1234567890";
  const failing: readonly (readonly [string, ExecProvider, RegExp])[] = [
    ["hangs", exec(program("hangs", "sleep 60"), { timeoutMs: 300 }), /within 300 ms|nothing for/],
    ["is silent", exec(program("silent", "sleep 60"), { noOutputTimeoutMs: 200 }), /nothing for 200 ms/],
    [
      "trickles",
      exec(program("trickles", "while :; do printf x; sleep 0.05; done"), { timeoutMs: 500 }),
      /within 500 ms/,
    ],
    ["floods", exec(program("floods", "yes"), { maxOutputBytes: 10_000 }), /more than 10000 bytes/],
    [
      "floods stderr",
      exec(program("floods2", "yes >&2"), { maxOutputBytes: 10_000 }),
      /more than 10000 bytes/,
    ],
    ["dies", exec(program("dies", `${says({ k: leak })}; echo ${leak} >&2; exit 3`)), /exit code 3$/],
    ["is killed", exec(program("killed", "kill -9 $$")), /ended by SIGKILL/],
    ["prints garbage", exec(program("garbage", `echo ${leak}; echo ${leak} >&2`)), /no JSON object$/],
    ["prints nothing", exec(program("nothing", "true")), /printed nothing$/],
    ["is not there", exec(join(FOLDER, "gone")), /ENOENT/],
    ["is not executable", exec(program("plain", says({ k: "v" }), 0o600)), /EACCES/],
    ["others may change it", exec(program("open", says({ k: "v" }), 0o775)), /chmod go-w/],
    ["is a folder", exec(FOLDER), /no file/],
  ];
  for (const [what, block, why] of failing) {
    const said = await one(block);
    assert.match(said, why, what);
    assert.ok(said.startsWith("! secrets.providers.p: ") && !said.includes(leak), said);
  }
  assert.equal(await one(exec(join(FOLDER, "open"), { allowInsecurePath: true })), "v");
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("a program that was stopped leaves no child behind", POSIX, async () => {
  const pids = join(FOLDER, "pids");
  const command = program("parent", `sleep 60 & echo $! > ${pids}; wait`);
  // A busy machine may not have started it by then: it is given more time.
  for (let ms = 200; !existsSync(pids); ms *= 4)
    assert.match(await one(exec(command, { timeoutMs: ms, noOutputTimeoutMs: ms })), /^!/);
  const pid = Number(readFileSync(pids, "utf8"));
  while (isRunning(pid)) await pause(10);
});

test("a program whose child keeps its output open has answered all the same", POSIX, async () => {
  assert.equal(await one(exec(program("daemon", `${says({ k: "v" })}; sleep 5 &`))), "v");
});

test("symbolic links and trusted folders", POSIX, async () => {
  const command = program("real", says({ k: "v" }));
  mkdirSync(join(FOLDER, "links"));
  const link = join(FOLDER, "links", "link");
  symlinkSync(command, link);
  assert.match(await one(exec(link)), /symbolic link/);
  assert.equal(await one(exec(link, { allowSymlinkCommand: true })), "v");
  assert.equal(await one(exec(link, { allowSymlinkCommand: true, trustedDirs: [FOLDER] })), "v");
  assert.match(
    await one(exec(link, { allowSymlinkCommand: true, trustedDirs: [join(FOLDER, "links")] })),
    /trustedDirs/,
  );
  assert.match(await one(exec(command, { trustedDirs: [join(FOLDER, "links")] })), /trustedDirs/);
  assert.equal(await one(exec(command, { trustedDirs: [join(FOLDER, "gone"), `${FOLDER}/`] })), "v");
});

test("one that hangs holds up no other, and what is known is told at once", POSIX, async () => {
  const slow = exec(program("slow", "sleep 60"), { timeoutMs: 2500 });
  const quick = exec(program("quick", says({ k: "v" })));
  const order: string[] = [];
  await resolveRefs(
    [ref("s1"), ref("s2"), ref("q"), ref("x", "k", "file")],
    {
      providers: new Map<string, SecretProvider>([
        ["s1", slow],
        ["s2", slow],
        ["q", quick],
      ]),
      limits: { ...DEFAULT_LIMITS, maxProviderConcurrency: 1 },
      env: process.env,
      home: FOLDER,
    },
    (some) => void order.push([...some.keys()].join()),
  );
  assert.equal(order[0], "file:x:k");
  assert.equal(order[1], "exec:q:k", order.join(" "));
  assert.equal(order.length, 4);
});

test("two hundred references over three providers are three questions", POSIX, async () => {
  const log = join(FOLDER, "runs");
  const answerAll = `echo run >> ${log}; exec "${process.execPath}" -e '
    let text = ""; process.stdin.on("data", (part) => (text += part)).on("end", () => {
      const values = Object.fromEntries(JSON.parse(text).ids.map((id) => [id, "value of " + id]));
      setTimeout(() => console.log(JSON.stringify({ protocolVersion: 1, values })), 50); });'`;
  const command = program("many", answerAll);
  const blocks = { a: exec(command), b: exec(command), c: exec(command) };
  const refs = Array.from({ length: 200 }, (_, n) => ref("abc"[n % 3]!, `team/key${n}`));
  const found = await resolve([...refs, ...refs], blocks);
  assert.equal(found.size, 200);
  for (const { provider, id } of refs) assert.equal(found.get(`exec:${provider}:${id}`), `value of ${id}`);
  assert.equal(readFileSync(log, "utf8"), "run\nrun\nrun\n");
});

test("limits: references of one provider, and bytes of one question", POSIX, async () => {
  const command = program(
    "count",
    `cat >> ${FOLDER}/asked; echo >> ${FOLDER}/asked; ${says({ k0: "v", k1: "v", k2: "v" })}`,
  );
  const refs = [0, 1, 2, 3].map((n) => ref("p", `k${n}`));
  const found = await resolve(refs, { p: exec(command) }, { maxRefsPerProvider: 3, maxBatchBytes: 50 });
  assert.deepEqual([...found.values()].filter((text) => text === "v").length, 3);
  assert.match(found.get("exec:p:k3")!, /more than 3 references/);
  const questions = readFileSync(join(FOLDER, "asked"), "utf8").trim().split("\n");
  assert.equal(questions.length, 3);
  for (const question of questions) assert.ok(question.length <= 50);
  assert.deepEqual(batchesOf("p", [], 60), []);
});

test("malformed references ask nobody", POSIX, async () => {
  const command = program("never", `touch ${FOLDER}/started; ${says({})}`);
  const refs = [
    ref("p", "a/../b"),
    ref("p", ""),
    ref("other"),
    ref("p", "value", "file"),
    ref("p", "lower", "env"),
  ];
  const found = await resolve(refs, { p: exec(command) });
  assert.equal([...found.values()].filter((text) => text.startsWith("! ")).length, 5);
  assert.equal(existsSync(join(FOLDER, "started")), false);
});
