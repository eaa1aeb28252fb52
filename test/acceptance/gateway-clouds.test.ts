// Azure and Vertex AI: the protocols that clients speak, at addresses and in frames of a cloud's own.
import assert from "node:assert/strict";
import { createVerify, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { Script } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { reply, stream } from "../fakes/upstream-actions.ts";
import { messagesBody, messagesFrames, responsesBody, responsesFrames } from "../fakes/wire-samples.ts";
import type { TestGateway, TestProvider } from "../support/gateway.ts";
import { startTestGateway } from "../support/gateway.ts";

const started: { stop(): Promise<unknown> }[] = [];
const folder = mkdtempSync(join(tmpdir(), "clouds-"));
after(async () => {
  await Promise.all(started.map((each) => each.stop()));
  rmSync(folder, { recursive: true });
});

async function start(
  providers: Record<string, TestProvider>,
  script: Script,
  more: Partial<Parameters<typeof startTestGateway>[0]> = {},
): Promise<TestGateway> {
  const gateway = await startTestGateway({ providers, script, ...more });
  started.push(gateway);
  return gateway;
}

const HI = [{ role: "user", content: "hi" }];

describe("Azure", () => {
  const azure = (config = {}) =>
    start({ "azure-openai-responses": { api: "azure-openai-responses", config } }, (call) =>
      call.body.json.stream
        ? stream({ frames: responsesFrames("Hi") })
        : reply({ body: responsesBody("Hi") }),
    );

  test("a responses client's bytes pass, with Azure's header", async () => {
    const gateway = await azure();
    const body = '{"odd" : 1.0, "model": "azure-openai-responses/gpt-5", "input": "hi"}';
    const answer = await gateway.post("/v1/responses", body);
    assert.deepEqual(await answer.json(), responsesBody("Hi"));
    const [sent] = gateway.upstream.calls;
    assert.equal(sent!.path, "/azure-openai-responses/v1/responses");
    assert.equal(sent!.body.text, body.replace("azure-openai-responses/", ""));
    assert.equal(sent!.headers["api-key"], "sk-fake-azure-openai-responses-a");
    assert.equal(sent!.headers["authorization"], undefined);
  });

  test("other clients are translated, and an agent's call is served", async () => {
    const gateway = await azure();
    for (const streamed of [false, true]) {
      const model = "azure-openai-responses/gpt-5";
      const chat = await gateway.post("/v1/chat/completions", { model, messages: HI, stream: streamed });
      assert.match(await chat.text(), /"content":"Hi"/);
      const agent = await gateway.post("/v1/responses", { model: "openclaw", input: "hi", stream: streamed });
      assert.match(await agent.text(), /"output_text"[^}]*"Hi"|"Hi"[^}]*"output_text"/);
    }
  });

  test("a resource's address as Azure shows it gets its path, also from the environment", async () => {
    const upstream = await startScriptedUpstream(() => reply({ body: responsesBody("Hi") }));
    started.push({ stop: () => upstream.close() });
    const key = { type: "api_key", provider: "azure-openai-responses", key: "sk-fake" } as const;
    const gateway = await start({ p: {} }, () => reply({ status: 500 }), {
      credentials: { "azure-openai-responses:default": key },
      env: { AZURE_OPENAI_ENDPOINT: `${upstream.url}/` },
    });
    const answer = await gateway.post("/v1/responses", {
      model: "azure-openai-responses/gpt-5",
      input: "hi",
    });
    assert.equal(answer.status, 200, await answer.text());
    assert.equal(upstream.calls[0]!.path, "/openai/v1/responses");
  });
});

describe("Claude on Vertex AI", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const answers: Script = (call) =>
    call.path.includes(":streamRawPredict")
      ? stream({ frames: messagesFrames("Hi") })
      : reply({ body: messagesBody("Hi") });

  async function vertex(credentials: object, tokenAnswer: Script) {
    const login = await startScriptedUpstream(tokenAnswer);
    started.push({ stop: () => login.close() });
    const file = join(folder, `adc-${started.length}.json`);
    writeFileSync(file, JSON.stringify({ token_uri: `${login.url}/token`, ...credentials }));
    const gateway = await start({ "anthropic-vertex": { api: "anthropic-vertex", keys: [] } }, answers, {
      env: { GOOGLE_APPLICATION_CREDENTIALS: file, GOOGLE_CLOUD_PROJECT: "acme" },
    });
    return { gateway, login };
  }

  const token = (access: string) => reply({ body: { access_token: access, expires_in: 3600 } });

  test("a service account's key gets a token, and Anthropic's body its frame", async () => {
    const pem = privateKey.export({ type: "pkcs8", format: "pem" });
    const account = {
      type: "service_account",
      client_email: "robot@acme.example",
      private_key: pem,
      private_key_id: "k1",
    };
    const { gateway, login } = await vertex(account, () => token("fake-access"));
    const ask = (streams: boolean) =>
      gateway.post("/v1/messages", {
        model: "anthropic-vertex/claude-haiku-4-5@20251001",
        max_tokens: 9,
        messages: HI,
        odd: 1,
        stream: streams,
      });
    assert.deepEqual(await (await ask(false)).json(), messagesBody("Hi"));
    assert.equal(await (await ask(true)).text(), messagesFrames("Hi").join(""));
    assert.equal(login.calls.length, 1);
    const assertion = new URLSearchParams(login.calls[0]!.body.text).get("assertion")!;
    const [header, claims, signature] = assertion.split(".") as [string, string, string];
    const verified = createVerify("RSA-SHA256")
      .update(`${header}.${claims}`)
      .verify(publicKey, signature, "base64url");
    assert.ok(verified);
    const { iss, aud, scope } = JSON.parse(Buffer.from(claims, "base64url").toString());
    assert.deepEqual([iss, aud], ["robot@acme.example", `${login.url}/token`]);
    assert.match(scope, /cloud-platform/);
    const [whole, streamed] = gateway.upstream.calls;
    assert.match(whole!.path, /\/models\/claude-haiku-4-5%4020251001:rawPredict$/);
    assert.match(streamed!.path, /:streamRawPredict$/);
    assert.equal(whole!.headers.authorization, "Bearer fake-access");
    const frame = { anthropic_version: "vertex-2023-10-16", max_tokens: 9, messages: HI, odd: 1 };
    assert.deepEqual(whole!.body.json, { ...frame, stream: false });
  });

  test("a person's login is refreshed, other clients are translated, and counting is refused", async () => {
    const person = {
      type: "authorized_user",
      client_id: "c",
      client_secret: "s",
      refresh_token: "fake-refresh",
    };
    const { gateway, login } = await vertex(person, () => token("fake-access"));
    const model = "anthropic-vertex/claude-haiku-4-5";
    const answer = await gateway.post("/v1/chat/completions", { model, messages: HI });
    assert.match(await answer.text(), /"content":"Hi"/);
    assert.equal(new URLSearchParams(login.calls[0]!.body.text).get("refresh_token"), "fake-refresh");
    const sent = gateway.upstream.calls[0]!.body.json;
    assert.deepEqual([sent.model, sent.anthropic_version], [undefined, "vertex-2023-10-16"]);
    const counted = await gateway.post("/v1/messages/count_tokens", { model, messages: HI });
    assert.equal(counted.status, 400);
    assert.equal(gateway.upstream.calls.length, 1);
  });

  test("a login that is refused says what to do", async () => {
    const person = {
      type: "authorized_user",
      client_id: "c",
      client_secret: "s",
      refresh_token: "fake-refresh",
    };
    const { gateway } = await vertex(person, () => reply({ status: 400, body: { error: "invalid_grant" } }));
    const body = { model: "anthropic-vertex/claude-haiku-4-5", max_tokens: 9, messages: HI };
    const answer = await gateway.post("/v1/messages", body);
    const told = await answer.text();
    assert.match(told, /gcloud auth application-default login/);
    assert.doesNotMatch(told, /fake-refresh/);
  });
});
