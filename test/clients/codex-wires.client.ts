// The real Codex, whose model is served by a provider that speaks another protocol, with its own shell.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { TOKEN } from "../support/gateway.ts";
import { ANSWER, assertTurn, openAgentPlace, PROMPT } from "./agent-turns.ts";
import { CODEX, codexConfig } from "./programs.ts";

const THINKING = 'model_reasoning_effort = "medium"\nmodel_supports_reasoning_summaries = true\n';
const WIRES = ["anthropic-messages", "openai-completions", "google-generative-ai", "bedrock-converse-stream"];

for (const [api, more, how] of WIRES.flatMap((each) => [
  [each, "", ""] as const,
  [each, THINKING, ", thinking"] as const,
]))
  test(`Codex on ${api}${how}: two of three accounts fail`, async () => {
    const agents = await openAgentPlace(api);
    const { home } = agents.place;
    try {
      mkdirSync(join(home, ".codex"));
      writeFileSync(join(home, ".codex/config.toml"), more + codexConfig(agents.gateway.url));
      const flags = ["--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"];
      const ended = await agents.place.run(process.execPath, [CODEX, "exec", ...flags, PROMPT], {
        GATEWAY_TOKEN: TOKEN,
      });
      assertTurn(agents, ended);
      const asked = agents.upstream.seen.filter(({ tools }) => tools.length > 0);
      // What Claude is on Bedrock, and asked to think there, is told by its name alone.
      if (more !== "" && api !== "bedrock-converse-stream") assert.ok(asked.every(({ thinks }) => thinks));
      const events = ended.out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      const said = events.flatMap(({ item }) => (item?.type === "agent_message" ? [item.text] : []));
      assert.equal(said.at(-1), ANSWER);
    } finally {
      await agents.close();
    }
  });
