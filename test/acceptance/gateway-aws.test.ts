// Calls by AWS's own credentials: signed, and checked by a server that signs anew with another program.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { AwsV4Signer } from "aws4fetch";
import { EventStreamCodec } from "@smithy/eventstream-codec";
import type { Call, Exchange } from "../fakes/scripted-upstream.ts";
import { reply } from "../fakes/upstream-actions.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway } from "../support/gateway.ts";
import { cliHome } from "../support/cli.ts";

const KEYS = { accessKeyId: "AKIAFAKEFAKEFAKEFAKE", secretAccessKey: "fake-secret/fake+secret" };
const VARIABLES = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey };

const started: { stop(): Promise<unknown> }[] = [];
const folder = mkdtempSync(join(tmpdir(), "aws-"));
after(async () => {
  await Promise.all(started.map((each) => each.stop()));
  rmSync(folder, { recursive: true });
});

/** Whether the call is signed with these keys for the region, as an independent program sees it. */
async function isSigned(
  { method, path, headers, body }: Call,
  keys: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
  region: string,
): Promise<boolean> {
  const signer = new AwsV4Signer({
    ...keys,
    region,
    service: "bedrock",
    method,
    url: `http://${headers.host}${path}`,
    headers: { "content-type": String(headers["content-type"]) },
    body: body.text,
    datetime: String(headers["x-amz-date"]),
    allHeaders: true,
  });
  return (await signer.sign()).headers.get("authorization") === headers.authorization;
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString("utf8"),
  (text) => Buffer.from(text, "utf8"),
);

const frame = (type: "event" | "exception", name: string, value: unknown): Uint8Array =>
  codec.encode({
    headers: {
      ":message-type": { type: "string", value: type },
      [`:${type}-type`]: { type: "string", value: name },
    },
    body: Buffer.from(JSON.stringify(value)),
  });

const HELLO = [
  frame("event", "messageStart", { role: "assistant" }),
  frame("event", "contentBlockDelta", { contentBlockIndex: 0, delta: { text: "Hello" } }),
];
const END = [
  frame("event", "messageStop", { stopReason: "end_turn" }),
  frame("event", "metadata", { usage: { inputTokens: 3, outputTokens: 5 } }),
];
const THROTTLED = frame("exception", "throttlingException", { message: "Too many tokens, slow down." });

const framed =
  (...frames: Uint8Array[]) =>
  ({ response }: Exchange): void => {
    response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
    response.end(Buffer.concat(frames));
  };

const start = async (
  env: Record<string, string>,
  setup: Partial<Parameters<typeof startTestGateway>[0]> = {},
): Promise<TestGateway> => {
  const gateway = await startTestGateway({
    providers: {
      "amazon-bedrock": {
        api: "bedrock-converse-stream",
        keys: [],
        models: ["us.anthropic.claude-sonnet-4-5-20250929-v1:0"],
        config: { auth: "aws-sdk" },
      },
    },
    env,
    access: { gateway: { maxWaitMs: 0 } },
    script: () => framed(...HELLO, ...END),
    ...setup,
  });
  started.push(gateway);
  return gateway;
};

const MODEL = "amazon-bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const ask = (gateway: TestGateway, stream = true) =>
  gateway.post("/v1/messages", {
    model: MODEL,
    max_tokens: 9,
    stream,
    messages: [{ role: "user", content: "Grüße 🌍" }],
  });

describe("a call by AWS's own credentials", () => {
  test("is signed with the variables", async () => {
    const gateway = await start({ ...VARIABLES, AWS_REGION: "eu-west-1" });
    const answer = await ask(gateway);
    assert.match(await answer.text(), /Hello/);
    assert.equal(answer.status, 200);
    const [call] = gateway.upstream.calls;
    assert.match(call!.path, /^\/amazon-bedrock\/model\/us\.anthropic\.[a-z0-9-]+%3A0\/converse-stream$/);
    assert.ok(await isSigned(call!, KEYS, "eu-west-1"));
    assert.equal(call!.headers["x-amz-security-token"], undefined);
    assert.equal(call!.headers["accept"], "application/vnd.amazon.eventstream");
  });

  test("is signed with a profile, in its region", async () => {
    const home = join(folder, "profile");
    mkdirSync(join(home, ".aws"), { recursive: true });
    const { accessKeyId, secretAccessKey } = KEYS;
    writeFileSync(join(home, ".aws/config"), "[profile work]\nregion = ap-south-1\n");
    writeFileSync(
      join(home, ".aws/credentials"),
      `[work]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key=${secretAccessKey}\naws_session_token = fake-token==\n`,
    );
    const gateway = await start({ HOME: home, AWS_PROFILE: "work" });
    assert.equal((await ask(gateway)).status, 200);
    const [call] = gateway.upstream.calls;
    assert.equal(call!.headers["x-amz-security-token"], "fake-token==");
    assert.ok(await isSigned(call!, { ...KEYS, sessionToken: "fake-token==" }, "ap-south-1"));
  });

  test("asks the profile's program once for all calls, without a shell", async () => {
    const home = join(folder, "program");
    mkdirSync(join(home, ".aws"), { recursive: true });
    const program = join(home, "give keys");
    const printed = {
      Version: 1,
      AccessKeyId: KEYS.accessKeyId,
      SecretAccessKey: KEYS.secretAccessKey,
      SessionToken: "fake-token",
      Expiration: new Date(Date.now() + 3_600_000).toISOString(),
    };
    writeFileSync(
      program,
      `#!/bin/sh\necho "$1 $OTHER" >> "${home}/asked"\necho '${JSON.stringify(printed)}'\n`,
    );
    chmodSync(program, 0o700);
    writeFileSync(join(home, ".aws/config"), `[default]\ncredential_process = "${program}" "a;b"\n`);
    const gateway = await start({ HOME: home, PATH: process.env["PATH"]!, OTHER: "sk-fake" });
    const answers = await Promise.all([ask(gateway), ask(gateway), ask(gateway)]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    );
    assert.equal(readFileSync(join(home, "asked"), "utf8"), "a;b \n");
    assert.ok(
      await isSigned(gateway.upstream.calls[2]!, { ...KEYS, sessionToken: "fake-token" }, "us-east-1"),
    );
  });

  test("asks the container's endpoint, and again when a session is refused", async () => {
    let asked = 0;
    const endpoint = await startScriptedUpstream(() =>
      reply({
        body: {
          AccessKeyId: KEYS.accessKeyId,
          SecretAccessKey: KEYS.secretAccessKey,
          Token: `fake-token-${++asked}`,
          Expiration: new Date(Date.now() + 3_600_000).toISOString(),
        },
      }),
    );
    started.push({ stop: () => endpoint.close() });
    const gateway = await start(
      {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/keys`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: "fake-authorization",
      },
      {
        script: (call) =>
          call.headers["x-amz-security-token"] === "fake-token-1"
            ? reply({
                status: 403,
                headers: { "x-amzn-errortype": "ExpiredTokenException" },
                body: { message: "The security token included in the request is expired" },
              })
            : framed(...HELLO, ...END),
      },
    );
    assert.equal((await ask(gateway)).status, 200);
    assert.equal(endpoint.calls[0]!.headers.authorization, "fake-authorization");
    assert.equal(asked, 2);
  });

  test("says what is missing when nothing gives credentials", async () => {
    const home = join(folder, "sso");
    mkdirSync(join(home, ".aws"), { recursive: true });
    writeFileSync(join(home, ".aws/config"), "[default]\nsso_session = corp\n");
    const gateway = await start({ HOME: home, AWS_PROFILE: "default" });
    const answer = await ask(gateway);
    assert.match(await answer.text(), /sso_session, which wants @aws-sdk\/credential-provider-node/);
    assert.equal(gateway.upstream.calls.length, 0);
  });
});

describe("a stream of Bedrock", () => {
  const two = {
    providers: {
      "amazon-bedrock": { api: "bedrock-converse-stream", keys: ["a", "b"], models: ["m"] },
    },
    order: { "amazon-bedrock": ["amazon-bedrock:a", "amazon-bedrock:b"] },
  };
  const HI = { model: "amazon-bedrock/m", stream: true, messages: [{ role: "user", content: "hi" }] };

  test("an exception before content: the next credential answers, and this one rests", async () => {
    const gateway = await start(
      {},
      {
        ...two,
        script: (call) => (call.key.endsWith("-a") ? framed(HELLO[0]!, THROTTLED) : framed(...HELLO, ...END)),
      },
    );
    const answer = await gateway.post("/v1/chat/completions", HI);
    assert.match(await answer.text(), /Hello[\s\S]*\[DONE\]/);
    const health = await gateway.health("amazon-bedrock:a", ({ bars }) => assert.equal(bars.length, 1));
    assert.equal(health.bars[0]!.reason, "rate_limit");
  });

  test("an exception after content ends the stream with an error", async () => {
    const gateway = await start({}, { ...two, script: () => framed(...HELLO, THROTTLED) });
    const told = await (await gateway.post("/v1/chat/completions", HI)).text();
    assert.match(told, /Hello[\s\S]*"error"[\s\S]*Too many tokens, slow down/);
    assert.equal(gateway.upstream.calls.length, 1);
  });

  test("a frame with a wrong checksum is a broken answer", async () => {
    const broken = Buffer.from(HELLO[1]!);
    broken[broken.length - 6]! ^= 1;
    const gateway = await start(
      {},
      {
        ...two,
        script: (call) => (call.key.endsWith("-a") ? framed(HELLO[0]!, broken) : framed(...HELLO, ...END)),
      },
    );
    const answer = await gateway.post("/v1/chat/completions", HI);
    assert.match(await answer.text(), /Hello/);
    assert.deepEqual(gateway.tried(), ["amazon.bedrock-a", "amazon.bedrock-b"]);
  });
});

test("an address with a place that nothing names is told so", async () => {
  const gateway = await start(
    {},
    {
      providers: { p: { keys: ["a"] } },
      credentials: {
        "azure-openai-responses:default": {
          type: "api_key",
          provider: "azure-openai-responses",
          key: "fake",
        },
      },
    },
  );
  const answer = await gateway.post("/v1/responses", { model: "azure-openai-responses/gpt-5", input: "hi" });
  assert.equal(answer.status, 400);
  assert.match(await answer.text(), /holds \{resource\}[^"]*Set AZURE_OPENAI_RESOURCE/);
});

test("a probe signs as a call does", async () => {
  const gateway = await start({});
  const answer = await probe(gateway, { ...VARIABLES, AWS_REGION: "eu-west-1" });
  assert.deepEqual([answer.status, answer.error], ["ok", undefined]);
  assert.ok(await isSigned(gateway.upstream.calls[0]!, KEYS, "eu-west-1"));
});

async function probe(gateway: TestGateway, env: Record<string, string>) {
  const home = cliHome();
  started.push({ stop: async () => home.remove() });
  home.write(".openclaw/openclaw.json", readFileSync(join(gateway.home, ".openclaw/openclaw.json"), "utf8"));
  const { out } = await home.run(["models", "status", "--probe", "--json"], { env });
  return JSON.parse(out).auth.probes.results[0];
}
