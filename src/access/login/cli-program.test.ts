import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { askProgram, environmentFor } from "./cli-program.ts";

const folder = mkdtempSync(join(tmpdir(), "program-"));
after(() => rmSync(folder, { recursive: true }));

function script(name: string, body: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o700);
  return file;
}
const env = { PATH: `${folder}:${process.env["PATH"]}`, HOME: folder, ANTHROPIC_API_KEY: "fake-key" };
const ask = (command: string, timeoutMs = 10_000, signal?: AbortSignal) =>
  askProgram({ command, args: ["auth", "a b", "$HOME"], env, timeoutMs, signal });

describe("a program that is asked", () => {
  test("gets its arguments as they are, no standard input, and no key of ours", async () => {
    const answer = await ask(
      script("plain", 'printf "%s|" "$@"; cat; echo "$ANTHROPIC_API_KEY$HOME"; exit 3'),
    );
    assert.deepEqual(answer, { kind: "ended", exit: 3, out: `auth|a b|$HOME|${folder}\n` });
  });

  test("is found on the given PATH", async () => {
    script("onpath", "echo yes");
    assert.deepEqual(await ask("onpath"), { kind: "ended", exit: 0, out: "yes\n" });
    assert.deepEqual(await ask("no-such-program"), { kind: "not_found" });
    assert.deepEqual(await ask(join(folder, "nowhere")), { kind: "not_found" });
  });

  test("has answered when it ends, whatever it leaves running with its output", async () => {
    const answer = await ask(script("leaving", "sleep 60 & echo yes"));
    assert.deepEqual(answer, { kind: "ended", exit: 0, out: "yes\n" });
  });

  test("is not waited for when it hangs, nor are its children", async () => {
    const pids = join(folder, "pids");
    const hanging = script("hanging", `sleep 60 & echo $! > ${pids}; wait`);
    // A busy machine may not have started it by then: it is given more time.
    for (let ms = 400; !existsSync(pids); ms *= 4)
      assert.deepEqual(await ask(hanging, ms), {
        kind: "failed",
        why: `did not answer within ${ms / 1000} s`,
      });
    const pid = Number(readFileSync(pids, "utf8"));
    // The child is ended with the group; a signal to nobody says so.
    while (isRunning(pid)) await new Promise((done) => setTimeout(done, 20));
  });

  test("is ended when it floods, crashes or is left", async () => {
    const flood = await ask(
      script("flood", "while :; do echo ffffffffffffffffffffffffffffffffffffffff; done"),
    );
    assert.deepEqual(flood, { kind: "failed", why: "said more than 64 KB" });
    assert.deepEqual(await ask(script("crash", "kill -SEGV $$")), {
      kind: "failed",
      why: "was ended by SIGSEGV",
    });
    assert.deepEqual(await ask(script("left", "sleep 60"), 10_000, AbortSignal.timeout(100)), {
      kind: "failed",
      why: "was left alone",
    });
  });

  test("that cannot be started says so", async () => {
    const file = script("locked", "echo no");
    chmodSync(file, 0o600);
    assert.deepEqual(await ask(file), { kind: "failed", why: "cannot be started (EACCES)" });
    assert.deepEqual(await ask("zero\0byte"), { kind: "failed", why: "cannot be started" });
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

test("only what a program needs to find itself is passed on", () => {
  const passed = environmentFor({
    PATH: "/bin",
    HOME: "/home/someone",
    LC_ALL: "C",
    CLAUDE_CONFIG_DIR: "/c",
    OPENAI_API_KEY: "fake",
    CLAUDE_CODE_OAUTH_TOKEN: "fake",
    ANTHROPIC_AUTH_TOKEN: "fake",
    AWS_SECRET_ACCESS_KEY: "fake",
    NODE_OPTIONS: "--require /tmp/x.js",
    LD_PRELOAD: "/tmp/x.so",
    HTTPS_PROXY: "http://someone:fake@127.0.0.1:1",
  });
  assert.deepEqual(Object.keys(passed).toSorted(), [
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
    "CLAUDE_CONFIG_DIR",
    "DISABLE_AUTOUPDATER",
    "DISABLE_ERROR_REPORTING",
    "DISABLE_TELEMETRY",
    "HOME",
    "LC_ALL",
    "NO_COLOR",
    "PATH",
  ]);
});
