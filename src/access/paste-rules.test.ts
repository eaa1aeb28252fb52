import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PasteKind } from "./paste-rules.ts";
import { pastedValue } from "./paste-rules.ts";

const setupToken = (length: number) => "sk-ant-oat01-".padEnd(length, "a");

describe("taken", () => {
  const CASES: readonly [PasteKind, string, string, string][] = [
    ["api_key", "openrouter", "  sk-or-v1-x  \r\n\r\n", "sk-or-v1-x"],
    ["api_key", "openai", "sk-x", "sk-x"],
    ["api_key", "openai", "key-of-a-proxy", "key-of-a-proxy"],
    ["api_key", "mistral", "eyJheader.eyJpayload.signature", "eyJheader.eyJpayload.signature"],
    ["token", "anthropic", setupToken(80), setupToken(80)],
    ["token", "openai", "eyJ.token", "eyJ.token"],
    ["token", "mistral", "sk-x", "sk-x"],
    ["api_key", "mistral", "bm8gc2VjcmV0==", "bm8gc2VjcmV0=="],
  ];
  for (const [kind, provider, pasted, value] of CASES)
    test(`${kind} of ${provider}`, () => assert.equal(pastedValue(kind, provider, pasted), value));
});

describe("refused, without repeating what was pasted", () => {
  const CASES: readonly [PasteKind, string, string, RegExp][] = [
    ["api_key", "openai", " \n ", /No API key was given/],
    ["token", "openai", "", /No token was given.*paste-token/],
    ["api_key", "openai", "sk-one\nsk-two", /More than one line/],
    ["api_key", "openai", "sk-\u001B[200~one", /control characters/],
    ["api_key", "mistral", "export MISTRAL_API_KEY=secret", /line for a shell/],
    ["api_key", "mistral", `"secret"`, /line for a shell/],
    ["api_key", "mistral", "secr\u0435t", /characters that no credential has/],
    ["api_key", "mistral", "two secrets", /blank inside the API key/],
    ["token", "anthropic", `sk-ant-oat01-secret ${setupToken(80)}`, /blank inside the token/],
    ["token", "anthropic", `sk-ant-oat01-secret\n  ${setupToken(80)}`, /More than one line/],
    ["token", "anthropic", "sk-ant-api03-secret", /is an Anthropic API key.*starts with sk-ant-oat01-/],
    ["token", "anthropic", "sk-ant-ort01-secret", /is the refresh token/],
    ["token", "anthropic", setupToken(79), /too short/],
    ["token", "openai", "sk-secret", /paste-api-key --provider openai/],
    ["api_key", "openai", "eyJsecret1.eyJsecret2.secret-3-x", /paste-token --provider openai/],
    ["api_key", "openai", `{"access":"secret"}`, /paste-token --provider openai/],
  ];
  for (const [kind, provider, pasted, sentence] of CASES)
    test(`${kind} of ${provider}: ${sentence.source}`, () =>
      assert.throws(
        () => pastedValue(kind, provider, pasted),
        (error: Error) => sentence.test(error.message) && !error.message.includes("secret"),
      ));
});
