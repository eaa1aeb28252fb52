// What an operator's tools read: counts for Prometheus, and the description of the paths.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import type { Script } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { chatBody } from "../fakes/wire-samples.ts";
import type { TestGateway } from "../support/gateway.ts";
import { keyOf, startTestGateway, TOKEN } from "../support/gateway.ts";

/** Key `a` is limited, the others answer. */
const limited: Script = (call) => {
  const error = { message: "Rate limit reached for requests", type: "requests" };
  if (call.key === keyOf("p", "a"))
    return act.reply({ status: 429, headers: { "retry-after": "3600" }, body: { error } });
  return act.reply({ body: chatBody("Hello.") });
};

async function gatewayOf(t: TestContext): Promise<TestGateway> {
  const gateway = await startTestGateway({
    providers: { p: { keys: ["a", "b"] } },
    order: { p: ["p:a", "p:b"] },
    script: limited,
  });
  t.after(() => gateway.stop());
  return gateway;
}

const authorized = { headers: { authorization: `Bearer ${TOKEN}` } };

async function scrape({ url }: TestGateway, path = "/metrics"): Promise<string> {
  const answer = await fetch(url + path, authorized);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  return answer.text();
}

const ask = (gateway: TestGateway, model = "p/m1") =>
  gateway
    .post("/v1/chat/completions", { model, messages: [{ role: "user", content: "Hi" }] })
    .then((answer) => answer.text());

/** The value of the one line with this name and these labels. */
function valueOf(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const lines = text.split("\n").filter((line) => new RegExp(`^${name}[{ ]`).test(line));
  const found = lines.filter((line) =>
    Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)),
  );
  assert.equal(found.length, 1, `${name} ${JSON.stringify(labels)}:\n${lines.join("\n")}`);
  return Number(found[0]!.split(" ").at(-1));
}

describe("metrics", { concurrency: 2 }, () => {
  test("runs, calls, failovers, bars and tokens are counted", async (t) => {
    const gateway = await gatewayOf(t);
    await ask(gateway);
    await ask(gateway);
    await ask(gateway, "p/m2");
    const text = await scrape(gateway);
    const m1 = { provider: "p", model: "m1" };
    assert.equal(valueOf(text, "openclaw_run_completed_total", { ...m1, outcome: "ok" }), 2);
    assert.equal(valueOf(text, "openclaw_run_completed_total", { ...m1, outcome: "failed" }), 0);
    assert.equal(valueOf(text, "openclaw_model_call_total", { ...m1, outcome: "ok" }), 2);
    assert.equal(valueOf(text, "openclaw_model_call_total", { ...m1, error_category: "rate_limit" }), 1);
    assert.equal(valueOf(text, "openclaw_model_failover_total", { ...m1, reason: "rate_limit" }), 1);
    assert.equal(valueOf(text, "openclaw_run_duration_seconds_count", m1), 2);
    assert.equal(valueOf(text, "openclaw_run_duration_seconds_bucket", { ...m1, le: "+Inf" }), 2);
    assert.equal(valueOf(text, "openclaw_profiles", { provider: "p", type: "api_key" }), 2);
    assert.equal(valueOf(text, "openclaw_profiles_barred", { provider: "p", reason: "rate_limit" }), 1);
    assert.equal(valueOf(text, "openclaw_model_calls_in_flight", { provider: "p" }), 0);
    assert.ok(valueOf(text, "openclaw_memory_bytes", { kind: "rss" }) > 0);
    assert.ok(!text.includes("sk-fake"));
    assert.equal(
      text.split("\n").filter((line) => line.startsWith("# TYPE openclaw_run_duration_seconds histogram"))
        .length,
      1,
    );
  });

  test("names that clients make up do not fill the memory", async (t) => {
    const gateway = await gatewayOf(t);
    for (let i = 0; i < 520; i++) await ask(gateway, `p/made-up-${i}`);
    const text = await scrape(gateway);
    const series = text
      .split("\n")
      .filter((line) => /^openclaw_run_completed_total\{.*outcome="ok"/.test(line));
    assert.ok(series.length <= 501, String(series.length));
    assert.ok(valueOf(text, "openclaw_run_completed_total", { model: "other", outcome: "ok" }) >= 19);
  });

  test("who may not call gets no counts; OpenClaw's address serves as well", async (t) => {
    const gateway = await gatewayOf(t);
    for (const path of ["/metrics", "/api/diagnostics/prometheus", "/openapi.json"])
      assert.equal((await fetch(gateway.url + path)).status, 401);
    assert.match(await scrape(gateway, "/api/diagnostics/prometheus"), /openclaw_uptime_seconds/);
  });

  test("/openapi.json lists the paths that are answered, and which are open", async (t) => {
    const gateway = await gatewayOf(t);
    const document: any = await (await fetch(`${gateway.url}/openapi.json`, authorized)).json();
    assert.equal(document.openapi, "3.1.0");
    for (const path of ["/v1/chat/completions", "/v1/messages", "/v1/models/{id}", "/metrics"])
      assert.ok(document.paths[path], path);
    assert.deepEqual(document.paths["/ready"].get.security, []);
    assert.equal(document.paths["/metrics"].get.security, undefined);
    const ids = Object.values<any>(document.paths).flatMap((item) =>
      Object.values<any>(item).map(({ operationId }) => operationId),
    );
    assert.equal(new Set(ids).size, ids.length);
  });
});
