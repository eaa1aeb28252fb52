// The real opencode, through its Anthropic and its OpenAI-compatible provider, on every kind of wire, with its own
// tools. npm has its program for each platform as a package; the lock file here has that of Linux on x64.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { TOKEN } from "../support/gateway.ts";
import { assertTurn, openAgentPlace, PROMPT } from "./agent-turns.ts";
import { OPENCODE } from "./programs.ts";

const PROVIDERS = ["@ai-sdk/anthropic", "@ai-sdk/openai-compatible", "@ai-sdk/openai"];
const WIRES = ["anthropic-messages", "openai-completions", "openai-responses", "google-generative-ai"];

const configFor = (npm: string, url: string): object => ({
  $schema: "https://opencode.ai/config.json",
  autoupdate: false,
  share: "disabled",
  permission: "allow",
  model: "gateway/p/m1",
  small_model: "gateway/p/m2",
  provider: {
    gateway: {
      npm,
      name: "Gateway",
      options: { baseURL: `${url}/v1`, apiKey: TOKEN },
      models: { "p/m1": { name: "One", tool_call: true, reasoning: true }, "p/m2": { name: "Two" } },
    },
  },
});

for (const npm of PROVIDERS)
  for (const api of WIRES)
    test(
      `opencode by ${npm} on ${api}: two of three accounts fail`,
      { skip: !existsSync(OPENCODE) },
      async () => {
        const agents = await openAgentPlace(api);
        const { home } = agents.place;
        try {
          mkdirSync(join(home, ".config/opencode"), { recursive: true });
          const config = JSON.stringify(configFor(npm, agents.gateway.url));
          writeFileSync(join(home, ".config/opencode/opencode.json"), config);
          const ended = await agents.place.run(OPENCODE, ["run", "--format", "json", PROMPT], {
            OPENCODE_DISABLE_AUTOUPDATE: "1",
            OPENCODE_DISABLE_MODELS_FETCH: "1",
            OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
            OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
            // It would install the types of its plugins into its config folder at every start.
            npm_config_registry: "http://127.0.0.1:9/",
            npm_config_fetch_retries: "0",
          });
          assertTurn(agents, ended);
        } finally {
          await agents.close();
        }
      },
    );
