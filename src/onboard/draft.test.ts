import assert from "node:assert/strict";
import { test } from "node:test";
import { applyEdits } from "../config/apply-edits.ts";
import { configOf } from "../config/load.ts";
import type { JsonObject } from "../core/json.ts";
import type { Draft, RunNote } from "./draft.ts";
import { draftConfig, draftEdits, emptyDraft } from "./draft.ts";
import type { Source } from "./source.ts";
import { fromServer } from "./servers.ts";
import { keyTarget } from "./key-target.ts";
import { fromKey } from "./sources.ts";
import { findProvider } from "../providers/all.ts";

const NOTE: RunNote = { at: "2026-01-01T00:00:00.000Z", version: "1", command: "onboard" };
const edited = (document: JsonObject, draft: Draft, note?: RunNote): JsonObject =>
  applyEdits(document, draftEdits(configOf("openclaw.json", document), document, draft, note));
const withSources = (...sources: readonly Source[]): Draft => ({
  ...emptyDraft("main"),
  sources: sources.map((source) => ({ source })),
});
const groq = () => fromKey(keyTarget(findProvider("groq")!), "gsk_fake0123456789abcdef");
const local = fromServer(findProvider("ollama")!, "llama");

test("nothing to write is no edit, and no note of a run", () => {
  assert.deepEqual(draftEdits(configOf("x", {}), {}, emptyDraft("main"), NOTE), []);
});

test("the first source's model becomes the default, a configured one stays", async () => {
  const both = withSources(await groq(), local);
  const fresh = draftConfig(configOf("x", {}), {}, both);
  assert.equal(fresh.defaultModel.primary, "groq/llama-3.3-70b-versatile");
  const document = { agents: { defaults: { model: "mine/m1" } } };
  assert.equal(draftConfig(configOf("x", document), document, both).defaultModel.primary, "mine/m1");
});

test("a chosen model and its fallbacks are listed; the same draft again changes nothing", async () => {
  const draft: Draft = {
    ...withSources(await groq(), local),
    primary: "ollama/llama",
    fallbacks: ["groq/llama-3.3-70b-versatile"],
    gateway: { port: 19001, token: { kind: "make", file: "/home/me/token" } },
  };
  const document = edited({}, draft, NOTE);
  const config = configOf("x", document);
  assert.equal(config.defaultModel.primary, "ollama/llama");
  assert.deepEqual(config.defaultModel.fallbacks, ["groq/llama-3.3-70b-versatile"]);
  assert.deepEqual([...config.models.keys()].toSorted(), ["groq/llama-3.3-70b-versatile", "ollama/llama"]);
  assert.deepEqual(
    [config.gateway.port, config.gatewayMode, config.gateway.auth.mode],
    [19001, "local", "token"],
  );
  assert.deepEqual(draftEdits(config, document, draft, NOTE), []);
});

test("a gateway that was elsewhere becomes one of this machine; keys that nobody knows survive", () => {
  const document = { gateway: { mode: "remote", other: 1 }, mine: { a: [1] } };
  const draft: Draft = { ...emptyDraft("main"), gateway: { token: { kind: "env", name: "T" } } };
  const after = edited(document, draft);
  assert.deepEqual(after["mine"], { a: [1] });
  assert.deepEqual(after["gateway"], {
    mode: "local",
    other: 1,
    auth: { mode: "token", token: { source: "env", provider: "default", id: "T" } },
  });
});

test("what could not be used afterwards is refused", () => {
  const draft: Draft = { ...emptyDraft("main"), workspace: "~/work" };
  assert.throws(() => edited({ agents: 7 }, draft), { code: "config_invalid" });
});
