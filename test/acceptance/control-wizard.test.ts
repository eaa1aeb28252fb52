// The onboarding wizard, step by step over the control plane: left, taken again, and carried out.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import * as act from "../fakes/upstream-actions.ts";
import { chatBody } from "../fakes/wire-samples.ts";
import type { ControlClient } from "../support/control-client.ts";
import { controlClient } from "../support/control-client.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";

const KEY = "sk-fake-typed-into-a-wizard";

describe("the wizard", () => {
  let gateway: TestGateway;
  let client: ControlClient;
  before(async () => {
    gateway = await startTestGateway({
      providers: { p: { keys: ["a"] } },
      config: { gateway: { mode: "local", auth: { mode: "token", token: TOKEN } } },
      script: () => act.reply({ body: chatBody("fine") }),
    });
    client = await controlClient(gateway.url, { auth: { token: TOKEN } });
  });
  after(async () => {
    client.close();
    await gateway.stop();
  });

  const config = () => readFileSync(gateway.paths.configPath, "utf8");
  const optionOf = ({ options }: any, words: RegExp): number =>
    options.find(({ label }: any) => words.test(label)).value;

  /** By the words of each question; a note is read, whatever else is asked is taken as it is proposed. */
  async function walk(state: any, answers: readonly [RegExp, (step: any) => unknown][]): Promise<any> {
    const { sessionId } = state;
    for (;;) {
      const { step } = state;
      if (!step) return state;
      const given = answers.find(([words]) => words.test(step.message))?.[1];
      const value = step.type === "note" ? undefined : given ? given(step) : proposed(step);
      const answer = { stepId: step.id, ...(value === undefined ? {} : { value }) };
      state = await client.ask("wizard.next", { sessionId, answer });
    }
  }
  const proposed = ({ type, initialValue, options }: any): unknown =>
    type === "select" ? options.find(({ disabled }: any) => !disabled).value : initialValue;

  test("begins with what it found, is there once, and writes nothing when it is left", async () => {
    const text = config();
    const begun = await client.ask("wizard.start", { mode: "local" });
    assert.deepEqual([begun.done, begun.status, begun.step.type], [false, "running", "note"]);
    const again = await client.request("wizard.start");
    assert.deepEqual([again.error.code, again.error.message], ["UNAVAILABLE", "wizard already running"]);
    const { sessionId } = begun;
    assert.equal((await client.ask("wizard.status", { sessionId })).version, begun.version);
    const next = await client.ask("wizard.next", { sessionId, answer: { stepId: begun.step.id } });
    assert.equal(next.step.type, "select");
    const wrong = await client.request("wizard.next", {
      sessionId,
      answer: { stepId: next.step.id, value: "x" },
    });
    assert.match(wrong.error.message, /value of one of the options/);
    const left = await client.ask("wizard.cancel", { sessionId });
    assert.deepEqual([left.done, left.status, left.errorCode], [true, "cancelled", "cancelled"]);
    assert.equal(typeof left.error, "string");
    assert.equal(config(), text);
    for (const [method, params, words] of [
      ["wizard.start", { mode: "remote" }, /on its own machine/],
      ["wizard.start", { mode: "nowhere" }, /at \/mode/],
      ["wizard.start", { workspace: "here" }, /at \/workspace: must be an absolute path/],
      ["wizard.next", { sessionId: "none" }, /There is no session none of yours/],
      ["models.auth.login.status", { sessionId }, /There is no session/],
    ] as const)
      assert.match((await client.request(method, params)).error.message, words);
  });

  test("adds a server, tries it, and puts it to use once the person agrees", async () => {
    const begun = await client.ask("wizard.start", {});
    const told = client.event(
      "wizard.changed",
      ({ sessionId, done }) => sessionId === begun.sessionId && done,
    );
    let offered: string[] = [];
    const ended = await walk(begun, [
      [
        /^Do this\?/,
        (step) => {
          offered = step.options.map(({ label }: any) => label);
          return proposed(step);
        },
      ],
      [/^How are models to be reached/, (step) => optionOf(step, /server of yours/)],
      [/^Address of the server/, () => `${gateway.upstream.url}/v1`],
      [/^Which model/, () => "m9"],
      [/^Does it want a key/, () => true],
      [/^Paste the key/, () => KEY],
    ]);
    assert.deepEqual([ended.status, ended.done], ["done", true], JSON.stringify(ended));
    assert.equal(ended.result.applied, true);
    assert.ok(offered.some((label) => label.startsWith("Change: The gateway's address")));
    assert.deepEqual(
      offered.filter((label) => /service/.test(label)),
      [],
      "it runs already",
    );
    assert.deepEqual((await told).result, ended.result);
    assert.ok(config().includes(gateway.upstream.url));
    assert.equal(JSON.stringify(client.frames).includes(KEY), false);
  });

  test("asks for a workspace that does not hang on where the gateway was started", async () => {
    const begun = await client.ask("wizard.start", { flow: "advanced" });
    const { sessionId } = begun;
    let { step } = begun;
    const answered = (value?: unknown) => {
      const answer = { stepId: step.id, ...(value === undefined ? {} : { value }) };
      return client.request("wizard.next", { sessionId, answer });
    };
    while (!step.message.startsWith("Workspace")) {
      const toModels = step.message.startsWith("How are models");
      const value = toModels ? optionOf(step, /Not now/) : proposed(step);
      ({ step } = (await answered(step.type === "note" ? undefined : value)).payload);
    }
    for (const folder of ["here", "../here", "~someone", " "])
      assert.match((await answered(folder)).error.message, /whole path/);
    assert.equal((await client.ask("wizard.cancel", { sessionId })).status, "cancelled");
  });

  test("who is asked something when the gateway stops hears that it is over", async () => {
    const { sessionId, version } = await client.ask("wizard.start", {});
    const login = await client.ask("models.auth.login.start", { provider: "p", method: "api-key" });
    const wizard = client.ask("wizard.next", { sessionId, seen: version });
    const next = client.ask("models.auth.login.next", { sessionId: login.sessionId, seen: login.version });
    await client.ask("health");
    const isOver = (told: any) => told.done && [sessionId, login.sessionId].includes(told.sessionId);
    const told = [client.event("wizard.changed", isOver), client.event("models.auth.login", isOver)];
    const stopped = gateway.stop();
    for (const state of await Promise.all(told)) assert.equal(state.status, "cancelled");
    // Who waited is answered with what came first: that nothing is asked any more.
    for (const state of await Promise.all([wizard, next])) assert.equal(state.step, undefined);
    const late = await client.request("wizard.start", {});
    assert.deepEqual([late.error.code, late.error.message], ["UNAVAILABLE", "The gateway is stopping."]);
    assert.equal((await client.closed).code, 1012);
    await stopped;
  });
});
