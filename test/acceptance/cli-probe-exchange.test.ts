// A probe of GitHub tokens: traded as the gateway trades them, and judged by what Copilot says.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startScriptedServer } from "../fakes/scripted-server.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { reply, stream } from "../fakes/upstream-actions.ts";
import { chatFrames } from "../fakes/wire-samples.ts";
import { cliHome } from "../support/cli.ts";

const tokenOf = (name: string) => `ghu_fake_${name}_0123456789abcdef`;

test("models status --probe trades the stored token first", async () => {
  const api = await startScriptedUpstream((call) =>
    call.key === "tid=fake-good" ? stream({ frames: chatFrames("OK") }) : reply({ status: 401, body: {} }),
  );
  const github = await startScriptedServer({
    "/token": ({ headers }) =>
      headers.authorization === `Bearer ${tokenOf("good")}`
        ? { token: "tid=fake-good", endpoints: { api: `${api.url}/v1` } }
        : [401, { message: "Bad credentials" }],
  });
  const home = cliHome();
  after(async () => {
    home.remove();
    await Promise.all([api.close(), github.stop()]);
  });
  home.write(
    ".openclaw/openclaw.json",
    JSON.stringify({
      models: { providers: { "github-copilot": { api: "openai-completions", models: [{ id: "m1" }] } } },
    }),
  );
  const exchangeUrl = `${github.url}/token`;
  home.write(".openclaw/access.json", JSON.stringify({ oauth: { "github-copilot": { exchangeUrl } } }));
  for (const name of ["good", "gone"]) {
    const paste = ["models", "auth", "paste-token", "--provider", "github-copilot"];
    await home.run([...paste, "--profile-id", `github-copilot:${name}`], { stdin: tokenOf(name) });
  }
  const { auth } = await home.json("models", "status", "--probe", "--probe-provider", "github-copilot");
  const rows: { profileId: string; status: string; error?: string }[] = auth.probes.results;
  const status = Object.fromEntries(rows.map((row) => [row.profileId, row.status]));
  assert.deepEqual(status, { "github-copilot:good": "ok", "github-copilot:gone": "auth" });
  assert.match(rows.find(({ error }) => error)!.error!, /has to log in again/);
  assert.deepEqual(
    api.calls.map(({ key }) => key),
    ["tid=fake-good"],
  );
});

test("a trade that is not answered is a timeout, and holds up neither the others nor the end", async () => {
  const github = await startScriptedServer({ "/token": () => new Promise<never>(() => {}) });
  const home = cliHome();
  after(async () => {
    home.remove();
    await github.stop();
  });
  home.write(
    ".openclaw/openclaw.json",
    JSON.stringify({
      models: { providers: { "github-copilot": { api: "openai-completions", models: [{ id: "m1" }] } } },
    }),
  );
  const exchangeUrl = `${github.url}/token`;
  home.write(".openclaw/access.json", JSON.stringify({ oauth: { "github-copilot": { exchangeUrl } } }));
  const paste = ["models", "auth", "paste-token", "--provider", "github-copilot"];
  await home.run([...paste, "--profile-id", "github-copilot:mute"], { stdin: tokenOf("mute") });
  const probe = [
    "models",
    "status",
    "--probe",
    "--probe-provider",
    "github-copilot",
    "--probe-timeout",
    "1000",
  ];
  const { auth } = await home.json(...probe);
  assert.deepEqual(
    auth.probes.results.map(({ status }: any) => status),
    ["timeout"],
  );
});
