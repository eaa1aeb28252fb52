// OpenClaw 2026.7.1 itself, from npm, as a client of our control plane: its commands, and a session of its terminal
// window (TUI) in a pseudo-terminal. With OPENCLAW_TUI_RECORD=1 the session is written to bench/openclaw-tui.md.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { TOKEN } from "../support/gateway.ts";
import type { OpenClawPlace } from "./openclaw-place.ts";
import { installed, OPENCLAW, openOpenClaw, PACKAGES } from "./openclaw-place.ts";
import { recording } from "./recording.ts";
import { Screen } from "./screen.ts";

const RECORD = join(import.meta.dirname, "../../bench/openclaw-tui.md");
/** A command of OpenClaw may take half a minute to start. */
const PATIENT = { timeout: 900_000 };

let claw: OpenClawPlace;
before(async () => {
  await installed();
  claw = await openOpenClaw();
}, PATIENT);
after(() => claw.close());

test("its terminal window: connect, turn, /model, abort, reconnect", PATIENT, async () => {
  const line = [process.execPath, OPENCLAW, "tui", "--url", claw.url, "--token", TOKEN];
  const screen = new Screen(PACKAGES, { line, env: claw.place.env, cwd: claw.place.home });
  const { steps, step } = recording(screen);
  try {
    await step("connect", "", /gateway connected \| idle/);
    await step("a turn: the first half", "Hello!\r", /First half/);
    claw.release();
    await step("… and the second", "", /second half by m1\.[^]*connected \| idle/);
    await step("/model: what there is", "/model\r", /→ p\/m1[^]*p\/m2/);
    await step("pick the second one", "\x1b[B\r", /model set to p\/m2[^]*\| p\/m2 \|/);
    await step("a turn of the model picked", "And now?\r", /second half by m2\.[^]*connected \| idle/);
    await step("/status", "/status\r", /Model: p\/m2[^]*Session: agent:main:main[^]*Queue: empty/);
    await step("/sessions, with what was said last", "/sessions\r", /→ Hello! \(main\)[^]*OpenClaw access/);
    await step("leave the list", "\x1b", /connected \| idle/);
    await step(
      "/think, past its list of levels",
      "/think high\x1b\r",
      /thinking set to high[^]*\| think high \|/,
    );
    await step(
      "/compact: a command of OpenClaw that is not here",
      "/compact\x1b\r",
      /no \/compact; no model was asked/,
    );
    await step(
      "/gateway-status",
      "/gateway-status\x1b\r",
      /Active sessions: 1[^]*agent:main:main \[direct\]/,
    );
    await step("/verbose, past its list of words", "/verbose on\x1b\r", /\| verbose on \|/);
    await step("an answer that hangs", "Please hang.\r", /Please hang\.[^]*First half,?\s[^]*streaming/);
    await step("Esc ends it", "\x1b", /run aborted[^]*connected \| aborted/);
    assert.equal(await claw.upstream.calls.at(-1)!.outcome, "left");
    await step("another one", "Please hang again.\r", /hang again\.[^]*First half,?\s[^]*streaming/);
    const other = new Screen(PACKAGES, { line, env: claw.place.env, cwd: claw.place.home });
    await other.shows(/hang again\.[^]*First half,[^]*streaming/).finally(() => other.kill());
    await claw.restart(() =>
      step(
        "the gateway goes away in the middle of it",
        "",
        /run aborted: the gateway is stopping[^]*gateway disconnected/,
      ),
    );
    await step("… and comes back", "", /hang again\.[^]*gateway (re)?connected \| (idle|aborted)/);
    await step(
      "a turn after it: the model is still the one picked",
      "Still there?\r",
      /Still there\?[^]*by m2\./,
    );
    await step("/new", "/new\r", /new session: agent:main:tui-/);
    screen.type("/exit\r");
    assert.equal(await screen.ended, 0);
  } finally {
    screen.kill();
  }
  assert.deepEqual(claw.place.asked, []);
  const text = steps(claw.place.home);
  assert.equal(text.includes(TOKEN), false);
  if (process.env["OPENCLAW_TUI_RECORD"] === "1") writeFileSync(RECORD, text);
});

test("its commands: gateway call, agent", PATIENT, async () => {
  const call = async (method: string, params: object = {}) => {
    const words = ["gateway", "call", method, "--params", JSON.stringify(params), "--json"];
    const { exit, out, err } = await claw.run(...words);
    assert.equal(exit, 0, `${method}: ${out}${err}`);
    return JSON.parse(out);
  };
  claw.release();
  const { exit, out, err } = await claw.run("agent", "--session-id", "cli", "--message", "Hello!", "--json");
  assert.equal(exit, 0, out + err);
  assert.match(out, /second half by m1\./);
  assert.equal((await call("health")).ok, true);
  assert.equal((await call("status")).sessions.defaults.model, "p/m1");
  assert.deepEqual(
    (await call("models.list")).models.map(({ id }: any) => id),
    ["m1", "m2"],
  );
  assert.equal((await call("agents.list")).defaultId, "main");
  assert.equal((await call("config.get")).valid, true);
  assert.ok((await call("sessions.list")).sessions.length > 0);
  assert.ok((await call("chat.history", { sessionKey: "main" })).messages !== undefined);
});
