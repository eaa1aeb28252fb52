// A talk with a client: what it is shown, and what its answers do.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Talk } from "../../access/login/talk.ts";
import { AccessError } from "../../core/errors.ts";
import type { DialogState } from "./dialog.ts";
import { Dialog } from "./dialog.ts";

const FOREVER = new AbortController().signal;
const anyText = () => undefined;

/** A dialog that does `work`, with its step. */
async function asked(work: (talk: Talk) => Promise<unknown>) {
  const told: DialogState[] = [];
  const dialog = new Dialog((state) => told.push(state));
  const ended = dialog.run(work);
  if (dialog.isRunning) await dialog.after(0, FOREVER);
  const answer = (value: unknown) => dialog.answer(dialog.state.step!.id, value);
  const refuses = (values: readonly unknown[], words: RegExp) => {
    for (const value of values)
      assert.throws(() => answer(value), { name: "AccessError", code: "bad_input", message: words });
  };
  return { dialog, told, ended, answer, refuses };
}

const CHOICES = [
  { value: "a", label: "A" },
  { value: "b", label: "B", hint: "best" },
  { value: "c", label: "C", disabled: true },
];

test("one of several", async () => {
  const { dialog, ended, answer, refuses } = await asked((talk) => talk.choose("Which?", CHOICES));
  const { step } = dialog.state;
  assert.deepEqual([step!.type, step!.message], ["select", "Which?"]);
  assert.deepEqual(step!.options![1], { value: 1, label: "B", hint: "best" });
  refuses([undefined, null, "1", 2, 3, -1, 0.5, [1]], /one of the options/);
  answer(1);
  await ended;
  assert.deepEqual([dialog.state.status, dialog.state.result, dialog.state.step], ["done", "b", undefined]);
});

test("any of several, also none", async () => {
  const { dialog, ended, answer, refuses } = await asked((talk) => talk.chooseMany("Which?", CHOICES, ["b"]));
  assert.deepEqual(dialog.state.step!.initialValue, [1]);
  refuses([1, [2], [0, 9], ["0"], {}], /list of values/);
  answer([1, 0, 1]);
  await ended;
  assert.deepEqual(dialog.state.result, ["b", "a"]);
  const none = await asked((talk) => talk.chooseMany("Which?", CHOICES, []));
  none.answer([]);
  await none.ended;
  assert.deepEqual(none.dialog.state.result, []);
});

test("yes or no, and text with what stands there already", async () => {
  const yes = await asked((talk) => talk.confirm("Sure?", true));
  yes.refuses(["yes", 1, undefined], /true or false/);
  yes.answer(false);
  await yes.ended;
  assert.equal(yes.dialog.state.result, false);
  const text = await asked((talk) =>
    talk.text("Name", "x", (name) => (name === "" ? "No name." : undefined)),
  );
  assert.equal(text.dialog.state.step!.initialValue, "x");
  text.refuses([""], /No name/);
  text.refuses([7, null], /must be text/);
  text.answer("y");
  await text.ended;
  assert.equal(text.dialog.state.result, "y");
});

test("a question that is taken away leaves no step", async () => {
  const away = new AbortController();
  const { dialog, ended, told } = await asked(async (talk) => {
    await talk.secret("Paste", anyText, away.signal).catch(() => undefined);
    talk.notify("It came another way.");
  });
  const id = dialog.state.step!.id;
  away.abort();
  await ended;
  assert.equal(dialog.state.step, undefined);
  assert.deepEqual(dialog.state.notes, ["It came another way."]);
  assert.throws(() => dialog.answer(id, "late"), AccessError);
  assert.deepEqual(
    told.map(({ version }) => version),
    told.map((_, index) => index + 1),
  );
});

test("who leaves ends what is waited for and what is asked", async () => {
  const waiting = await asked((talk) => {
    talk.notify("Waiting.");
    return talk.wait((signal) => new Promise((resolve) => signal.addEventListener("abort", resolve)));
  });
  waiting.dialog.cancel();
  await waiting.dialog.over(FOREVER);
  assert.equal(waiting.dialog.state.status, "cancelled");
  const asking = await asked((talk) => talk.confirm("Sure?", true));
  asking.dialog.cancel();
  await asking.ended;
  assert.equal(asking.dialog.state.error!.code, "cancelled");
});

test("of two that wait for news the first is let go, and both hear of the end", async () => {
  const { dialog, ended, answer } = await asked((talk) => talk.confirm("Sure?", true));
  const { version } = dialog.state;
  const first = dialog.after(version, FOREVER);
  const second = dialog.after(version, FOREVER);
  const overs = [dialog.over(FOREVER), dialog.over(FOREVER)];
  await first;
  assert.equal(dialog.isRunning, true);
  answer(true);
  await Promise.all([second, ended, ...overs]);
});

test("what nobody expected is told without its words", async () => {
  const { dialog, ended } = await asked(() => Promise.reject(new Error("sk-fake-inside")));
  await ended;
  assert.deepEqual([dialog.state.status, dialog.state.error!.code], ["error", "internal"]);
  assert.doesNotMatch(JSON.stringify(dialog.state), /sk-fake/);
});

test("notes are bounded", async () => {
  const { dialog, ended } = await asked(async (talk) => {
    for (let n = 0; n < 200; n++) talk.notify(`${n} ${"x".repeat(20_000)}`);
  });
  await ended;
  assert.equal(dialog.state.notes.length, 50);
  assert.match(dialog.state.notes.at(-1)!, /^199 /);
  assert.ok(JSON.stringify(dialog.state).length < 600_000);
});
