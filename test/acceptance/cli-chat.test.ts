// `openclaw agent` and `openclaw chat`: the running gateway's conversations, from the command line.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as act from "../fakes/upstream-actions.ts";
import type { ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { chatBody, chatFrames } from "../fakes/wire-samples.ts";
import { cliHome } from "../support/cli.ts";
import { eventually } from "../support/eventually.ts";
import type { GatewayHome } from "../support/gateway-process.ts";
import { gatewayHome } from "../support/gateway-process.ts";
import { atTerminal, CTRL_C, ENTER } from "../support/terminal.ts";

describe("conversations on the command line", () => {
  let upstream: ScriptedUpstream;
  let home: GatewayHome;
  before(async () => {
    upstream = await startScriptedUpstream(({ body }) => {
      const { messages } = body.json;
      const { content } = messages.at(-1);
      if (content.includes("hold")) return act.stallAfterFrames(3, { frames: chatFrames("well then so") });
      if (content.includes("steer")) return act.reply({ body: chatBody("\x1b[2Jgone") });
      return act.reply({ body: chatBody(`${messages.length} said, last ${content}`) });
    });
    home = await gatewayHome(upstream, ["a"]);
    await home.start("--port", "0");
  });
  after(async () => {
    await home.remove();
    await upstream.close();
  });
  const run = (...words: string[]) => cliHome(home.path).run(words);

  /** @param word of its command line. @returns nothing to type */
  function endProgram(word: string): string {
    const listed = execFileSync("ps", ["-A", "-o", "pid=,args="], { encoding: "utf8" });
    const program = new RegExp(`^\\s*(\\d+) \\S*node\\S* .* ${word}$`, "m");
    process.kill(Number(program.exec(listed)![1]), "SIGTERM");
    return "";
  }

  test("agent says one thing, and goes on where a session stopped", async () => {
    const first = await run("agent", "--message", "hello", "--session", "notes");
    assert.deepEqual([first.exit, first.out], [0, "1 said, last hello\n"]);
    const second = await run("agent", "-m", "again", "--session", "notes", "--json");
    const { result, status } = JSON.parse(second.out);
    assert.deepEqual([status, result.payloads[0].text], ["ok", "3 said, last again"]);
    assert.equal((await run("agent", "-m", "hello")).out, "1 said, last hello\n");
    assert.match(
      (await run("agent", "-m", "/status", "--session", "notes")).out,
      /Session: agent:main:notes/,
    );
    const late = await run("agent", "-m", "hold", "--session", "late", "--timeout", "1", "--json");
    assert.deepEqual([late.exit, JSON.parse(late.out).summary], [1, "aborted"]);
    assert.match(late.err, /stopped before its end \(timeout\)/);
    assert.match((await run("agent", "-m", "/stop", "--session", "late")).out, /Nothing is running/);
    for (const [signal, exit] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const) {
      const asked = upstream.calls.length;
      const interrupt = eventually(() => assert.equal(upstream.calls.length, asked + 1));
      const words = ["agent", "-m", "hold", "--session", "late"];
      const left = await cliHome(home.path).run(words, { interrupt, signal });
      assert.deepEqual([left.exit, left.out], [exit, ""], left.err);
    }
    assert.match((await run("agent", "-m", "/status", "--session", "late")).out, /Queue: empty/);
    assert.equal((await run("agent", "-m", "steer")).out, "\uFFFD[2Jgone\n");
  });

  test("agent goes on by id, in an agent's main conversation, with a model for one answer, from a file", async () => {
    const file = join(home.path, "task.md");
    writeFileSync(file, "from a\nfile");
    const main = ["agent", "--agent", "main", "--timeout", "0"];
    assert.equal((await run(...main, "--message-file", file)).out, "1 said, last from a\nfile\n");
    const status = (await run(...main, "-m", "/status")).out;
    const [, id] = /agent:main:main \(([^)]+)\)/.exec(status)!;
    const next = await run(
      "agent",
      "--session-id",
      id!,
      "-m",
      "next",
      "--model",
      "p/m1",
      "--thinking",
      "low",
    );
    assert.equal(next.out, "3 said, last next\n", next.err);
    assert.equal(upstream.calls.at(-1)!.body.json.reasoning_effort, "low");
    for (const [words, said] of [
      [["-m", "x", "--model", "p/none"], /lists no model "none"/],
      [["--message-file", home.path], /cannot be read/],
      [["-m", "x", "--session", "one", "--session-key", "two"], /not both/],
      [["-m", "x", "--local"], /--local.*needs the gateway.*openclaw gateway run/s],
      [["-m", "x", "--to", "+15555550123"], /--to.*no channels.*--session/s],
      [["-m", "x", "--agent", "main", "--deliver"], /--deliver.*no channels.*printed/s],
      [
        ["-m", "x", "--deliver", "--reply-channel", "slack", "--reply-to", "#a"],
        /--deliver, --reply-to, --reply-channel:/,
      ],
      [["-m", "x", "--agent", "main", "--channel=x"], /--channel.*no channels/s],
      [["-m", "x", "--verbose", "on"], /--verbose.*sessions\.patch.*verboseLevel/s],
    ] as const) {
      const refused = await run("agent", ...words);
      assert.deepEqual([refused.exit, refused.out, said.test(refused.err)], [1, "", true], refused.err);
    }
  });

  test("what cannot be said is told with its remedy", async () => {
    const empty = await run("agent");
    assert.deepEqual([empty.exit, empty.out], [1, ""]);
    assert.match(empty.err, /openclaw agent --message/);
    const unknown = await run("agent", "-m", "x", "--agent", "nobody", "--json");
    assert.equal(unknown.exit, 1);
    assert.match(JSON.parse(unknown.out).error.message, /There is no agent "nobody"/);
    const piped = await run("chat");
    assert.equal(piped.exit, 1);
    assert.match(piped.err, /openclaw agent --session/);
  });

  test("chat streams, takes commands, stops an answer by Ctrl-C, and leaves by another", async () => {
    const { exit, text, settings } = await atTerminal(
      home.path,
      ["chat", "--session", "screen"],
      [
        { after: /leaves when there is none\.\s+> /, send: `hello${ENTER}` },
        // Two lines at once: each is answered.
        { after: /1 said, last hello\s+> /, send: `both${ENTER}second${ENTER}` },
        { after: /3 said, last both[^]*5 said, last second\s+> /, send: `/model list${ENTER}` },
        { after: /1\. p\/m1 ← current[^]*> /, send: `hold on${ENTER}` },
        { after: /well then/, send: CTRL_C },
        { after: /\(stopped: rpc\)\s+> /, send: CTRL_C },
      ],
    );
    assert.equal(exit, 0, text);
    assert.match(settings, / icanon .* echo /);
    const again = await atTerminal(
      home.path,
      ["chat", "--session", "screen"],
      [
        {
          after: /> hello\s+1 said, last hello[^]*> hold on\s+well then[^]*none\.\s+> /,
          send: `/exit${ENTER}`,
        },
      ],
    );
    assert.equal(again.exit, 0, again.text);
    const told = await atTerminal(
      home.path,
      ["chat", "--session", "told-to-end"],
      [{ after: /none\.\s+> /, send: () => endProgram("told-to-end") }],
    );
    assert.equal(told.exit, 143, told.text);
    assert.match(told.settings, / icanon .* echo /);
  });
});
