// From a login in the browser to calls: the gateway serves with its tokens, and refreshes them before they end, at a
// real identity provider that ends a grant whose spent token comes back.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as act from "../fakes/upstream-actions.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { eventually } from "../support/eventually.ts";
import { gatewayHome } from "../support/gateway-process.ts";
import { startIdentityProvider } from "../support/identity-provider.ts";
import { PROTOCOLS } from "../support/protocols.ts";
import { atTerminal } from "../support/terminal.ts";

const { chat } = PROTOCOLS;

test("a login in the browser serves calls, and its tokens are refreshed in time, each once", async (t) => {
  const idp = await startIdentityProvider({ accessSeconds: 4 });
  const upstream = await startScriptedUpstream(() => act.reply({ body: chat.whole("hello") }));
  const home = await gatewayHome(upstream, []);
  t.after(() => Promise.all([home.remove(), upstream.close(), idp.stop()]));
  writeFileSync(home.paths.accessConfigPath, JSON.stringify({ oauth: { p: idp.settings } }));
  const words = ["models", "auth", "login", "--provider", "p", "--method", "oauth"];
  const yes = { after: /(http\S+code_challenge=\S+)[^]*Waiting for/, send: browse };
  const { exit, text } = await atTerminal(home.path, words, [yes]);
  assert.equal(exit, 0, text);
  assert.match(text, /p:ada@example\.com/);

  const gateway = await home.start();
  const token = readFileSync(join(home.paths.globalDir, "gateway-token"), "utf8").trim();
  const ask = async () => {
    const answer = await fetch(gateway.url + chat.path, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify(chat.body("p/m1", false)),
    });
    assert.equal(answer.status, 200);
    await answer.text();
    return upstream.calls.at(-1)!.key;
  };
  const first = await ask();
  await eventually(async () => assert.notEqual(await ask(), first));
  assert.ok(idp.counts.refreshes >= 1);
  assert.equal(idp.counts.killedGrants, 0);

  async function browse([, url]: RegExpExecArray): Promise<string> {
    await fetch(await idp.approve(url!));
    return "";
  }
});
