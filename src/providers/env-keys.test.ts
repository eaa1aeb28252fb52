import assert from "node:assert/strict";
import { test } from "node:test";
import { findProvider } from "./all.ts";
import { environmentKeys, environmentMarker } from "./env-keys.ts";

const OPENAI = { id: "openai", env: ["OPENAI_API_KEY"] };
const GOOGLE = { id: "google", env: ["GEMINI_API_KEY", "GOOGLE_API_KEY"] };
const ANTHROPIC = { id: "anthropic", env: ["ANTHROPIC_OAUTH_TOKEN", "ANTHROPIC_API_KEY"] };
const BEDROCK = {
  id: "amazon-bedrock",
  env: ["AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID+AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"],
};
const CUSTOM = { id: "my-corp.llm", env: [] };

type Row = [name: string, provider: typeof OPENAI, env: Record<string, string | undefined>, keys: string[]];

const rows: Row[] = [
  ["nothing set", OPENAI, {}, []],
  ["one key", OPENAI, { OPENAI_API_KEY: "fake-1" }, ["OPENAI_API_KEY#1=fake-1"]],
  ["blank is unset", OPENAI, { OPENAI_API_KEY: "  \t" }, []],
  ["trimmed", OPENAI, { OPENAI_API_KEY: " fake-1\n" }, ["OPENAI_API_KEY#1=fake-1"]],
  [
    "live is the only one",
    OPENAI,
    { OPENCLAW_LIVE_OPENAI_KEY: "live", OPENAI_API_KEY: "fake-1" },
    ["OPENCLAW_LIVE_OPENAI_KEY#1=live"],
  ],
  [
    "blank live is unset",
    OPENAI,
    { OPENCLAW_LIVE_OPENAI_KEY: " ", OPENAI_API_KEY: "fake-1" },
    ["OPENAI_API_KEY#1=fake-1"],
  ],
  [
    "list separators",
    OPENAI,
    { OPENAI_API_KEYS: "a,b;c d\n,e,," },
    [
      "OPENAI_API_KEYS#1=a",
      "OPENAI_API_KEYS#2=b",
      "OPENAI_API_KEYS#3=c",
      "OPENAI_API_KEYS#4=d",
      "OPENAI_API_KEYS#5=e",
    ],
  ],
  [
    "list before single before numbered",
    OPENAI,
    { OPENAI_API_KEY_1: "n1", OPENAI_API_KEY: "s", OPENAI_API_KEYS: "l" },
    ["OPENAI_API_KEYS#1=l", "OPENAI_API_KEY#1=s", "OPENAI_API_KEY_1#1=n1"],
  ],
  [
    "numbers count as numbers",
    OPENAI,
    { OPENAI_API_KEY_10: "ten", OPENAI_API_KEY_2: "two", OPENAI_API_KEY_B: "b" },
    ["OPENAI_API_KEY_2#1=two", "OPENAI_API_KEY_10#1=ten", "OPENAI_API_KEY_B#1=b"],
  ],
  [
    "repeated keys once, first place",
    OPENAI,
    { OPENAI_API_KEYS: "a,b,a", OPENAI_API_KEY: "b", OPENAI_API_KEY_1: "c" },
    ["OPENAI_API_KEYS#1=a", "OPENAI_API_KEYS#2=b", "OPENAI_API_KEY_1#1=c"],
  ],
  ["a suffix needs a name", OPENAI, { OPENAI_API_KEY_: "x" }, []],
  [
    "google: GOOGLE_API_KEY last",
    GOOGLE,
    { GOOGLE_API_KEY: "g", GEMINI_API_KEY_2: "m2", GEMINI_API_KEY: "m" },
    ["GEMINI_API_KEY#1=m", "GEMINI_API_KEY_2#1=m2", "GOOGLE_API_KEY#1=g"],
  ],
  [
    "google: live by either name",
    GOOGLE,
    { OPENCLAW_LIVE_GOOGLE_KEY: "g", GEMINI_API_KEY: "m" },
    ["OPENCLAW_LIVE_GOOGLE_KEY#1=g"],
  ],
  [
    "google: gemini live first",
    GOOGLE,
    { OPENCLAW_LIVE_GOOGLE_KEY: "g", OPENCLAW_LIVE_GEMINI_KEY: "m" },
    ["OPENCLAW_LIVE_GEMINI_KEY#1=m"],
  ],
  [
    "google: both lists",
    GOOGLE,
    { GOOGLE_API_KEYS: "g", GEMINI_API_KEYS: "m" },
    ["GEMINI_API_KEYS#1=m", "GOOGLE_API_KEYS#1=g"],
  ],
  [
    "anthropic: token before key",
    ANTHROPIC,
    { ANTHROPIC_API_KEY: "k", ANTHROPIC_OAUTH_TOKEN: "t" },
    ["ANTHROPIC_OAUTH_TOKEN#1=t", "ANTHROPIC_API_KEY#1=k"],
  ],
  [
    "aws pair is no key",
    BEDROCK,
    { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", AWS_PROFILE: "p" },
    [],
  ],
  [
    "custom id",
    CUSTOM,
    { MY_CORP_LLM_API_KEY: "k", MY_CORP_LLM_API_KEY_2: "k2" },
    ["MY_CORP_LLM_API_KEY#1=k", "MY_CORP_LLM_API_KEY_2#1=k2"],
  ],
];

for (const [name, provider, env, keys] of rows) {
  test(`environment keys: ${name}`, () => {
    const found = environmentKeys(provider, env).map(({ variable, n, value }) => `${variable}#${n}=${value}`);
    assert.deepEqual(found, keys);
  });
}

const markers: [env: Record<string, string>, marker: string | undefined][] = [
  [{ AWS_ACCESS_KEY_ID: "a" }, undefined],
  [{ AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: " " }, undefined],
  [{ AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" }, "AWS_ACCESS_KEY_ID+AWS_SECRET_ACCESS_KEY"],
  [{ AWS_PROFILE: "work" }, "AWS_PROFILE"],
];

for (const [env, marker] of markers) {
  test(`a cloud login without a key: ${Object.keys(env).join(", ")}`, () => {
    assert.equal(environmentMarker(BEDROCK, env), marker);
  });
}

test("a key file's path is never taken for a key", () => {
  const vertex = findProvider("anthropic-vertex")!;
  const env = { GOOGLE_APPLICATION_CREDENTIALS: "/home/someone/adc.json" };
  assert.deepEqual(environmentKeys(vertex, env), []);
  assert.equal(environmentMarker(vertex, env), "GOOGLE_APPLICATION_CREDENTIALS");
});

test("the environment is not changed", () => {
  const env = Object.freeze({ OPENAI_API_KEYS: "a b", OPENAI_API_KEY_1: "c" });
  assert.equal(environmentKeys(OPENAI, env).length, 3);
});
