// The real Claude Code, whose models are served by providers that speak other protocols, with its own tools.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TOKEN } from "../support/gateway.ts";
import { assertTurn, openAgentPlace, PROMPT } from "./agent-turns.ts";
import { CLAUDE } from "./programs.ts";

const WIRES = [
  "openai-completions",
  "openai-responses",
  "google-generative-ai",
  "bedrock-converse-stream",
  "ollama",
];

for (const api of WIRES)
  for (const thinks of [false, true])
    test(`Claude Code on ${api}${thinks ? ", thinking" : ""}: two of three accounts fail`, async () => {
      const agents = await openAgentPlace(api);
      try {
        const args = ["-p", PROMPT, "--output-format", "json", "--permission-mode", "bypassPermissions"];
        const ended = await agents.place.run(CLAUDE, args, {
          ANTHROPIC_BASE_URL: agents.gateway.url,
          ANTHROPIC_AUTH_TOKEN: TOKEN,
          ANTHROPIC_MODEL: "p/m1",
          ANTHROPIC_SMALL_FAST_MODEL: "p/m2",
          ANTHROPIC_DEFAULT_HAIKU_MODEL: "p/m2",
          MAX_THINKING_TOKENS: thinks ? "2000" : "0",
        });
        assertTurn(agents, ended);
        assert.equal(JSON.parse(ended.out).is_error, false);
      } finally {
        await agents.close();
      }
    });
