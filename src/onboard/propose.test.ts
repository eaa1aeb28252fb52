import assert from "node:assert/strict";
import { test } from "node:test";
import { findProvider } from "../providers/all.ts";
import { loginsOf } from "../providers/logins.ts";
import type { Found } from "./found.ts";
import { bestFound, proposals } from "./propose.ts";

const provider = (id: string) => findProvider(id)!;
const anthropic = provider("anthropic");
const logins = loginsOf(anthropic);
const key = (id: string) => ({
  provider: provider(id),
  variable: `${id}_KEY`,
  value: "fake",
  everywhere: false,
});

const FOUND: Found = {
  host: "laptop",
  keys: [key("groq"), key("openai")],
  programs: [
    {
      program: "claude",
      target: { provider: anthropic, logins, login: logins.find(({ id }) => id === "cli")! },
      obtained: { credential: { type: "oauth", provider: "claude-cli" } },
    },
  ],
  servers: [{ provider: provider("ollama"), url: "http://127.0.0.1:11434", models: ["llama"] }],
  stored: [],
  sealed: false,
  warnings: [],
  unreadable: [],
};
const NONE: Found = { ...FOUND, keys: [], programs: [], servers: [] };

const kinds = (found: Found) =>
  proposals(found).map((each) => (each.kind === "key" ? each.found.provider.id : each.kind));

const cases: [name: string, found: Found, expected: string[], best: string | undefined][] = [
  [
    "a person: the Claude CLI's login first",
    FOUND,
    ["program", "openai", "groq", "server", "paste", "login"],
    "program",
  ],
  [
    "a host that serves: an API key first",
    { ...FOUND, host: "daemon" },
    ["openai", "groq", "paste", "program", "server", "login"],
    "key",
  ],
  [
    "a host that serves, without a key: one is pasted before a login of a person is used",
    { ...FOUND, host: "daemon", keys: [] },
    ["paste", "program", "server", "login"],
    "program",
  ],
  ["nothing", NONE, ["paste", "login"], undefined],
];
for (const [name, found, expected, best] of cases)
  test(name, () => {
    assert.deepEqual(kinds(found), expected);
    assert.equal(bestFound(found)?.kind, best);
  });
