import assert from "node:assert/strict";
import { test } from "node:test";
import { findProvider, PROVIDERS } from "./all.ts";
import { findLogin, loginsOf, sameProvider } from "./logins.ts";

const login = (provider: string, method: string) => findLogin(loginsOf(findProvider(provider)!), method)?.id;

test("a method is found by its own id, or by the name of its kind", () => {
  assert.equal(login("groq", "api-key"), "api-key");
  assert.equal(login("minimax", "api-cn"), "api-cn");
  assert.equal(login("minimax", "api-key"), "api-global");
  assert.equal(login("anthropic", "token"), "setup-token");
  assert.equal(login("openai", "device-code"), "device-code");
  assert.equal(login("github-copilot", " Device "), "device");
  assert.equal(login("groq", "oauth"), undefined);
  assert.equal(login("groq", "constructor"), undefined);
  assert.equal(login("ds4", "api-key"), undefined);
});

test("ids of logins are unique within a provider", () => {
  for (const provider of PROVIDERS) {
    const ids = loginsOf(provider).map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, provider.id);
  }
});

test("a device login knows where to ask, and by whom", () => {
  for (const { id, logins = [], tokens } of PROVIDERS)
    for (const { kind, device } of logins) {
      if (kind !== "device") continue;
      assert.ok(device, id);
      assert.ok(device.tokenUrl ?? tokens?.url, id);
      assert.ok(device.clientId ?? tokens?.clientId, id);
    }
});

test("an alias means the same provider", () => {
  assert.ok(sameProvider("z-ai", "zai"));
  assert.ok(sameProvider("nosuch", "nosuch"));
  assert.ok(!sameProvider("openai", "openrouter"));
});
