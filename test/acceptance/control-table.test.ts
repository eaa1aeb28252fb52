// Every method that the gateway names: who may call it, and what it says to parameters that are none.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { METHODS } from "../../src/gateway/control-plane/methods.ts";
import * as act from "../fakes/upstream-actions.ts";
import type { ControlClient } from "../support/control-client.ts";
import { controlClient } from "../support/control-client.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";

/** They show something, and change nothing. */
const READING =
  /\.(get|list|status|validate|schema|lookup|describe|preview|resolve|history|startup|metadata|why|tail|wait|audit|active)$|^(health|status|doctor|system-presence|last-heartbeat|usage\.cost|sessions\.usage)$|authStatus$|subscribe$/;
/** They cost a provider's work or a model's, and change no settings. */
const WORKING =
  /^(chat\.(send|abort)|agent|sessions\.(create|send|abort)|models\.auth\.(usage|probe)|runs\.abort)$/;
/** A login or a setup is an administrator's from its first step to its last. */
const DIALOG = /^(models\.auth\.login|wizard)\./;

const scopeBy = (name: string): string => {
  if (DIALOG.test(name)) return "operator.admin";
  if (READING.test(name)) return "operator.read";
  return WORKING.test(name) ? "operator.write" : "operator.admin";
};

describe("the table of methods", () => {
  let gateway: TestGateway;
  const clients: ControlClient[] = [];
  const clientWith = async (...scopes: string[]) => {
    const client = await controlClient(gateway.url, { auth: { token: TOKEN }, scopes });
    clients.push(client);
    return client;
  };
  before(async () => {
    gateway = await startTestGateway({ providers: { p: { keys: ["a"] } }, script: () => act.stall() });
  });
  after(async () => {
    for (const client of clients) client.close();
    await gateway.stop();
  });

  test("hello names them all, and each has the scope of what it does", async () => {
    const client = await clientWith("operator.read");
    const { payload } = client.frames.find(({ type }) => type === "res");
    assert.deepEqual(payload.features.methods.toSorted(), [...METHODS.keys()].toSorted());
    for (const [name, { scope }] of METHODS) assert.equal(scope, scopeBy(name), name);
  });

  test("who may not call one is told the scope that is missing", async () => {
    const held = { none: [], read: ["operator.read"], write: ["operator.write"] };
    const may: Readonly<Record<string, readonly string[]>> = {
      none: [],
      read: ["operator.read"],
      write: ["operator.read", "operator.write"],
    };
    for (const [who, scopes] of Object.entries(held)) {
      const client = await clientWith(...scopes);
      for (const [name, { scope }] of METHODS) {
        if (may[who]!.includes(scope)) continue;
        const { ok, error } = await client.request(name, {});
        assert.equal(ok, false, `${name} as ${who}`);
        assert.deepEqual(
          [error.code, error.message],
          ["INVALID_REQUEST", `missing scope: ${scope}`],
          `${name} as ${who}`,
        );
      }
    }
  });

  test("parameters that are none are refused with their place, by each", async () => {
    const client = await clientWith("operator.admin");
    for (const name of METHODS.keys())
      for (const params of [[], "text", 7, { "no such": 1 }]) {
        const { ok, error } = await client.request(name, params);
        if (ok) {
          assert.ok(isOpen(name), `${name} takes ${JSON.stringify(params)}`);
          continue;
        }
        assert.equal(error.code, "INVALID_REQUEST", name);
        assert.ok(error.message.startsWith(`invalid ${name} params: `), error.message);
      }
  });

  test("each is called by a story of ours", () => {
    const texts = readdirSync(import.meta.dirname)
      .filter((file) => file.startsWith("control-") || file === "chat.test.ts")
      .filter((file) => file !== "control-table.test.ts")
      .map((file) => readFileSync(join(import.meta.dirname, file), "utf8"))
      .join("\n");
    const untold = [...METHODS.keys()].filter((name) => !texts.includes(`"${name}"`));
    assert.deepEqual(untold, []);
  });
});

/** OpenClaw's clients send along what older gateways knew; an object is all that is asked. */
const isOpen = (name: string): boolean => METHODS.get(name)!.params.type === "record";
