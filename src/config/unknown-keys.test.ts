import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import { loadAccessConfig } from "./access-config.ts";
import { loadConfig } from "./load.ts";

function written(t: TestContext, document: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), "unknown-keys-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "file.json");
  writeFileSync(path, JSON.stringify(document));
  return path;
}

describe("access.json: every key that means nothing is told", () => {
  const rows: [unknown, RegExp[]][] = [
    [{}, []],
    [{ gatewy: {} }, [/^access\.json: gatewy is not a setting\. Did you mean gateway\?$/]],
    [{ gateway: { maxWaitMss: 5 } }, [/gateway\.maxWaitMss is not a setting\. Did you mean maxWaitMs\?/]],
    [{ gateway: { xyzzyxyzzyxyzzy: 5 } }, [/Known here: maxWaitMs, /]],
    [{ crossing: { maxPerDay: 1, maxPerDy: 2 } }, [/crossing\.maxPerDy .*maxPerDay/]],
    [{ crossing: "never", funding: { "p:a": "free" }, plugins: ["./x"] }, []],
    [{ oauth: { openai: { tokenUr: "https://x.example/" } } }, [/oauth\.openai\.tokenUr .*tokenUrl/]],
    [
      { plugins: { "./x": { enabld: true, options: { anything: 1 } } } },
      [/plugins\["\.\/x"\]\.enabld .*enabled/],
    ],
  ];
  for (const [document, expected] of rows)
    test(JSON.stringify(document), (t) => {
      const { warnings } = loadAccessConfig({ accessConfigPath: written(t, document) });
      assert.equal(warnings.length, expected.length, warnings.join());
      for (const [i, words] of expected.entries()) assert.match(warnings[i]!, words);
    });
});

describe("openclaw.json: what looks mistyped is told, what is OpenClaw's is not mentioned", () => {
  const rows: [unknown, RegExp[]][] = [
    [{ wizard: {}, channels: { telegramm: {} }, gatewy: {} }, []],
    [{ gateway: { tools: {}, nodes: {}, remote: {}, push: {}, handshakeTimeoutMs: 5 } }, []],
    [
      { gateway: { auth: { tokn: "x", allowTailscale: true } } },
      [/^gateway\.auth\.tokn is not a setting\. Did you mean token\?$/],
    ],
    [
      { auth: { cooldowns: { billingBackofHours: 1 } } },
      [/auth\.cooldowns\.billingBackofHours .*billingBackoffHours/],
    ],
    [
      {
        models: {
          providers: {
            p: { baseurl: "http://127.0.0.1/v1", models: [{ id: "m", maxToken: 3, reasoning: true }] },
          },
        },
      },
      [/models\.providers\.p\.baseurl .*baseUrl/, /models\.providers\.p\.models\[0\]\.maxToken .*maxTokens/],
    ],
    [
      { agents: { defaults: { model: { primary: "p/m", fallbaks: [] }, heartbeat: {}, workspace: "x" } } },
      [/fallbaks .*fallbacks/],
    ],
    [{ env: { MY_VAR: "x", vars: { A: "b" } } }, []],
  ];
  for (const [document, expected] of rows)
    test(JSON.stringify(document), (t) => {
      const { warnings } = loadConfig({ configPath: written(t, document) });
      assert.equal(warnings.length, expected.length, warnings.join());
      for (const [i, words] of expected.entries()) assert.match(warnings[i]!, words);
    });
});
