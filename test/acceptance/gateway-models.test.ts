// GET /v1/models: what clients may ask for by name, from config, kept lists and reach.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { resolvePaths } from "../../src/config/paths.ts";
import { writeFetched } from "../../src/access/fetched-models.ts";
import type { TestGateway, TestSetup } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";

const idsOf = async (gateway: TestGateway): Promise<string[]> => {
  const answer = await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${TOKEN}` } });
  const { data } = (await answer.json()) as { data: { id: string }[] };
  return data.map(({ id }) => id);
};

async function withGateway(setup: TestSetup, story: (gateway: TestGateway) => Promise<void>): Promise<void> {
  const gateway = await startTestGateway(setup);
  try {
    await story(gateway);
  } finally {
    await gateway.stop();
  }
}

const acme = { keys: ["a"], models: ["m1"] };
const env = {
  GROQ_API_KEY: "gsk-fake-key",
  GEMINI_API_KEY: "AIza-fake-key",
  AWS_BEARER_TOKEN_BEDROCK: "ABSK-fake",
};

test("models of providers that a credential reaches, in a protocol that is spoken", () =>
  withGateway({ providers: { acme }, env }, async (gateway) => {
    const ids = await idsOf(gateway);
    assert.ok(ids.includes("acme/m1") && ids.some((id) => id.startsWith("groq/")));
    assert.ok(ids.some((id) => id.startsWith("google/")));
    assert.ok(!ids.some((id) => id.startsWith("amazon-bedrock/") || id.startsWith("anthropic/")));
    assert.equal(new Set(ids).size, ids.length);
  }));

test("an allowlist narrows them", () =>
  withGateway(
    {
      providers: { acme },
      env,
      config: { agents: { defaults: { model: "acme/m1", models: { "acme/m1": { alias: "fast" } } } } },
    },
    async (gateway) => {
      const ids = await idsOf(gateway);
      assert.deepEqual(ids.slice(-2), ["acme/m1", "fast"]);
      assert.ok(!ids.some((id) => id.startsWith("groq/")));
    },
  ));

test("a list that is fetched while the gateway runs is served", () =>
  withGateway({ providers: { acme } }, async (gateway) => {
    assert.ok(!(await idsOf(gateway)).includes("acme/new"));
    const paths = resolvePaths({}, gateway.home);
    assert.equal(paths.stateDir, join(gateway.home, ".openclaw"));
    const url = `${gateway.upstream.url}/acme/v1/models`;
    await writeFetched(paths, "acme", { fetchedAt: 0, url, models: [{ id: "new" }] });
    assert.ok((await idsOf(gateway)).includes("acme/new"), (await idsOf(gateway)).join(" "));
  }));
