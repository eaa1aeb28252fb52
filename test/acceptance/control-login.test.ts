// Logging in over the control plane: the flows of the command line, asked by steps and told by notes.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as act from "../fakes/upstream-actions.ts";
import type { ControlClient } from "../support/control-client.ts";
import { controlClient } from "../support/control-client.ts";
import { eventually } from "../support/eventually.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";
import type { IdentityProvider } from "../support/identity-provider.ts";
import { startIdentityProvider } from "../support/identity-provider.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const START = "models.auth.login.start";
const NEXT = "models.auth.login.next";
const STATUS = "models.auth.login.status";
const CANCEL = "models.auth.login.cancel";
const SECRET = "sk-fake-pasted-over-the-control-plane";

describe("a login over the control plane", () => {
  let idp: IdentityProvider;
  let gateway: TestGateway;
  let client: ControlClient;
  const connect = () => controlClient(gateway.url, { auth: { token: TOKEN } });
  const state = (isMeant: (told: any) => boolean) => client.event("models.auth.login", isMeant);
  const profiles = async () =>
    (await client.ask("models.auth.list")).profiles.map(({ id }: { id: string }) => id);
  before(async () => {
    idp = await startIdentityProvider();
    gateway = await startTestGateway({
      providers: { p: { keys: ["a"] } },
      access: { oauth: { acme: idp.settings } },
      config: { gateway: { auth: { mode: "token", token: TOKEN } } },
      script: () => act.reply({ body: PROTOCOLS.chat.whole("fine") }),
    });
    client = await connect();
  });
  after(async () => {
    client.close();
    await gateway.stop();
    await idp.stop();
  });

  /** The server is asked every few seconds: the others go on meanwhile. */
  let device: any;
  test("by a device code: begins, with the code apart from the words", async () => {
    device = await client.ask(START, { provider: "acme", method: "device-code", profileId: "acme:device" });
    const { link } = device.link ? device : await state((told) => told.link?.code);
    assert.ok(link.expiresAt > Date.now());
    await idp.approveDevice(link.code);
  });

  test("in the browser: the address is shown, nothing is opened here, and the callback ends it", async () => {
    const { sessionId, status, done } = await client.ask(START, { provider: "acme", method: "oauth" });
    assert.deepEqual([status, done], ["running", false]);
    const { link, notes, step } = await state((told) => told.sessionId === sessionId && told.step);
    assert.match(link.url, /code_challenge=/);
    assert.ok(notes.join("\n").includes(link.url));
    assert.equal(step.sensitive, true);
    const callback = await idp.approve(link.url);
    assert.equal((await fetch(callback)).status, 200);
    const end = await state((told) => told.sessionId === sessionId && told.done);
    assert.equal(end.status, "done");
    assert.equal(end.result.profileId, "acme:ada@example.com");
    assert.equal(end.step, undefined);
    assert.deepEqual(await client.ask(STATUS, { sessionId }), end);
    assert.ok((await profiles()).includes("acme:ada@example.com"));
  });

  test("by a paste from a browser elsewhere; what was pasted is shown nowhere", async () => {
    const { sessionId } = await client.ask(START, {
      provider: "acme",
      method: "oauth",
      profileId: "acme:elsewhere",
    });
    const { link, step } = await state((told) => told.sessionId === sessionId && told.step);
    const { error } = await client.request(NEXT, { sessionId, answer: { stepId: step.id, value: "" } });
    assert.equal(error.code, "INVALID_REQUEST");
    const callback = await idp.approve(link.url, "bob@example.com");
    await client.ask(NEXT, { sessionId, answer: { stepId: step.id, value: callback.href } });
    const end = await state((told) => told.sessionId === sessionId && told.done);
    assert.equal(end.result.profileId, "acme:elsewhere");
    const code = callback.searchParams.get("code")!;
    assert.equal(JSON.stringify(client.frames).includes(code), false);
  });

  test("a key is asked for, and asked again when it cannot be one", async () => {
    const { sessionId, step } = await client.ask(START, { provider: "groq", method: "api-key" });
    assert.deepEqual([step.type, step.sensitive], ["text", true]);
    const wrong: readonly [unknown, RegExp][] = [
      ["", /Nothing was pasted/],
      [7, /must be text/],
      [`${SECRET} ${SECRET}`, /blank/],
    ];
    for (const [value, words] of wrong) {
      const { error } = await client.request(NEXT, { sessionId, answer: { stepId: step.id, value } });
      assert.match(error.message, words);
    }
    const over = await client.request(NEXT, { sessionId, answer: { stepId: "x", value: SECRET } });
    assert.match(over.error.message, /not the one that waits/);
    let told = await client.ask(NEXT, { sessionId, answer: { stepId: step.id, value: SECRET } });
    while (!told.done) told = await client.ask(NEXT, { sessionId, seen: told.version });
    assert.equal(told.result.profileId, "groq:default");
    assert.equal(JSON.stringify(client.frames).includes(SECRET), false);
    assert.ok((await profiles()).includes("groq:default"));
  });

  test("without a method the ways are offered, and the one that was chosen is gone", async () => {
    const { sessionId, step } = await client.ask(START, { provider: "acme" });
    assert.equal(step.type, "select");
    const browser = step.options.find(({ label }: { label: string }) => /browser/.test(label));
    const none = await client.request(NEXT, { sessionId, answer: { stepId: step.id, value: 99 } });
    assert.match(none.error.message, /one of the options/);
    await client.ask(NEXT, { sessionId, answer: { stepId: step.id, value: browser.value } });
    const { link } = await state((told) => told.sessionId === sessionId && told.link);
    const ended = await client.ask(CANCEL, { sessionId });
    assert.deepEqual([ended.status, ended.error.code], ["cancelled", "cancelled"]);
    const denied = await fetch(await idp.approve(link.url)).catch(() => undefined);
    assert.equal(denied, undefined, "nobody listens for the browser any more");
  });

  test("a login that is refused ends as an error with its reason", async () => {
    const { sessionId } = await client.ask(START, { provider: "acme", method: "oauth" });
    const { link } = await state((told) => told.sessionId === sessionId && told.link);
    await fetch(await idp.deny(link.url));
    const end = await state((told) => told.sessionId === sessionId && told.done);
    assert.deepEqual([end.status, end.error.code], ["error", "upstream_failed"]);
  });

  test("who leaves ends its login; another client never sees it", async () => {
    const other = await connect();
    const { sessionId } = await other.ask(START, { provider: "acme", method: "oauth" });
    const { link } = await other.event("models.auth.login", (told) => told.link);
    for (const method of [STATUS, CANCEL, NEXT]) {
      const { error } = await client.request(method, { sessionId });
      assert.match(error.message, /no session/);
    }
    assert.equal(
      client.frames.some(({ payload }) => payload?.sessionId === sessionId),
      false,
    );
    const callback = await idp.approve(link.url);
    other.close();
    await eventually(async () => assert.equal(await fetch(callback).catch(() => undefined), undefined));
  });

  test("who asks for news over and over can still be heard to leave", async () => {
    const { sessionId, version } = await client.ask(START, { provider: "groq", method: "api-key" });
    const news = Array.from({ length: 100 }, () => client.ask(NEXT, { sessionId, seen: version }));
    const ended = await client.ask(CANCEL, { sessionId });
    assert.equal(ended.status, "cancelled");
    await Promise.all(news);
  });

  test("by a device code: ends", async () => {
    let told = device;
    while (!told.done) told = await client.ask(NEXT, { sessionId: device.sessionId, seen: told.version });
    assert.equal(told.result.profileId, "acme:device");
  });

  test("a client has a few at once, and bad parameters begin none", async () => {
    const key = { provider: "groq", method: "api-key" };
    const begun = await Promise.all([1, 2, 3, 4].map(() => client.ask(START, key)));
    const fifth = await client.request(START, key);
    assert.match(fifth.error.message, /Too many/);
    for (const { sessionId } of begun) await client.ask(CANCEL, { sessionId });
    const faults: readonly [string, unknown, RegExp][] = [
      [START, {}, /required property 'provider'/],
      [START, { provider: "nobody" }, /no provider "nobody"/],
      [START, { provider: "groq", method: "x" }, /no login method "x"/],
      [START, { ...key, expiresIn: "1d" }, /takes a token/],
      [START, { ...key, profileId: "x" }, /profile/],
      [START, { ...key, agentId: "nobody" }, /agent/],
      [START, { ...key, force: "yes" }, /at \/force: must be boolean/],
      [START, { ...key, more: 1 }, /unexpected property 'more'/],
      [NEXT, { sessionId: "x" }, /no session x/],
      [NEXT, { sessionId: "x", answer: { stepId: "y" } }, /required property 'value'/],
      [NEXT, { sessionId: "x", answer: { stepId: "y", value: {} } }, /what the step asks for/],
    ];
    for (const [method, params, words] of faults) {
      const { error } = await client.request(method, params);
      assert.equal(error.code, "INVALID_REQUEST");
      assert.match(error.message, words);
    }
    const reader = await controlClient(gateway.url, { auth: { token: TOKEN }, scopes: ["operator.write"] });
    assert.match((await reader.request(START, key)).error.message, /missing scope: operator\.admin/);
    reader.close();
  });
});
