import assert from "node:assert/strict";
import { test } from "node:test";
import { findProvider } from "../../providers/all.ts";
import { loginsOf } from "../../providers/logins.ts";
import type { Provider } from "../../providers/provider.ts";
import { withOwnLogins } from "./own-logins.ts";

const ACME: Provider = { id: "acme", label: "Acme", api: "openai-completions", env: [], catalog: "runtime" };
const URL = "https://login.acme.example";
const ids = (provider: Provider, settings: object) =>
  loginsOf(withOwnLogins(provider, settings)).map(({ id, kind }) => `${id} ${kind}`);

test("addresses in access.json make logins", () => {
  const all = { tokenUrl: URL, deviceUrl: URL, authorizeUrl: URL };
  assert.deepEqual(ids(ACME, {}), ["api-key api_key"]);
  assert.deepEqual(ids(ACME, { deviceUrl: URL }), ["api-key api_key"], "no token without a token endpoint");
  assert.deepEqual(ids(ACME, { tokenUrl: URL, deviceUrl: URL }), ["api-key api_key", "device-code device"]);
  assert.deepEqual(ids(ACME, all), ["api-key api_key", "oauth browser", "device-code device"]);
});

test("a login that is built in keeps its id and its place", () => {
  const xai = findProvider("xai")!;
  const before = loginsOf(xai).map(({ id, kind }) => `${id} ${kind}`);
  const after = ids(xai, { tokenUrl: URL, deviceUrl: URL, authorizeUrl: URL });
  assert.deepEqual(after.slice(0, before.length), before);
  assert.equal(after[before.length], "oauth-browser browser", "no id twice");
});
