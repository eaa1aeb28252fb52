import assert from "node:assert/strict";
import { test } from "node:test";
import { configOf } from "../../config/load.ts";
import type { AgentWorld, World } from "../world.ts";
import { unknownFunding } from "./unknown-funding.ts";

const key = (provider: string) => ({ type: "api_key" as const, provider, key: "fake" });

test("names in funding that mean nothing are told with the nearest that does", () => {
  const profiles = new Map([
    ["zai:default", key("zai")],
    ["p:a", key("p")],
  ]);
  const look = (...funding: string[]) => {
    const config = { path: "openclaw.json", document: {}, issues: [], usable: configOf("openclaw.json", {}) };
    const agents = new Map([["main", { profiles } as unknown as AgentWorld]]);
    const plugins = { path: "access.json", warnings: [] };
    return unknownFunding
      .look({ config, agents, plugins, funding } as unknown as World)
      .map(({ message, fixHint }) => `${/"(.+)"/.exec(message)?.[1]} ${fixHint}`);
  };
  assert.deepEqual(look("zai:default", "zai", "p", "groq", "env:ZAI_API_KEY#1", "anthropic:claude-cli"), []);
  assert.deepEqual(look("zai:defualt", "anthropci"), [
    "zai:defualt Did you mean zai:default?",
    "anthropci Did you mean anthropic?",
  ]);
});
