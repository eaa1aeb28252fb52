import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Session } from "./session.ts";
import { begunAgain, choose, newSession, parseSessionKey, turnPlan } from "./session.ts";
import { afterTurn, titled } from "./session-turn.ts";

const [M1, M2, M3] = ["m1", "m2", "m3"].map((model) => ({ provider: "p", model })) as [any, any, any];
const DEFAULTS = [M1, M3];
const fresh = newSession("agent:main:s", "id", 1);

describe("which session is meant", () => {
  for (const [text, key] of [
    ["main", "agent:main:main"],
    [" notes ", "agent:main:notes"],
    ["agent:Work:x", "agent:work:x"],
    ["agent:work:a:b", "agent:work:a:b"],
    ["agent:", "agent:main:agent:"],
  ] as const)
    test(`"${text}" is ${key}`, () => assert.equal(parseSessionKey(text, "main").key, key));

  for (const text of ["", "  ", "a\nb", "x".repeat(257), "cron:x", "agent:main:subagent:x", "acp:1"])
    test(`${JSON.stringify(text.slice(0, 30))} is none`, () =>
      assert.throws(() => parseSessionKey(text, "main"), { code: "bad_input" }));
});

describe("what a turn asks for", () => {
  const asks = (session: Session, defaults = DEFAULTS) => turnPlan(session, defaults);

  test("the agent's models, as they were when the conversation began", () => {
    assert.deepEqual(asks(fresh), { models: DEFAULTS });
    const begun = afterTurn(fresh, { models: DEFAULTS, messages: 2 }, 2);
    assert.deepEqual(asks(begun, [M2]).models, DEFAULTS);
    assert.deepEqual(asks(begunAgain(begun, "next", 3), [M2]).models, [M2]);
  });

  test("a person's model alone, and no other profile than the pinned one", () => {
    const chosen = choose(fresh, { model: M2, profile: "p:b" }, DEFAULTS);
    assert.deepEqual(asks(chosen), { models: [M2], pin: "p:b" });
    assert.deepEqual(asks(choose(chosen, { model: null, profile: null }, DEFAULTS)), { models: DEFAULTS });
  });

  test("the agent's own model keeps its fallbacks, with a pin as well", () => {
    assert.deepEqual(asks(choose(fresh, { model: M1, profile: "p:a" }, DEFAULTS)), {
      models: DEFAULTS,
      pin: "p:a",
    });
  });

  test("who answered last is preferred, until another model is chosen; a pin stays what it is", () => {
    const turn = { models: DEFAULTS, served: M1, profileId: "p:a", messages: 2 };
    const answered = afterTurn(fresh, turn, 2);
    assert.deepEqual(asks(answered), { models: DEFAULTS, sticky: "p:a" });
    assert.deepEqual(asks(choose(answered, { model: M2 }, DEFAULTS)), { models: [M2] });
    const pinned = choose(fresh, { profile: "p:b" }, DEFAULTS);
    assert.deepEqual(asks(afterTurn(pinned, turn, 3)).pin, "p:b");
  });

  test("tokens add up, and a new beginning forgets them", () => {
    const turn = { models: DEFAULTS, usage: { input: 3, output: 2 }, messages: 1 };
    const twice = afterTurn(afterTurn(fresh, turn, 2), turn, 3);
    assert.deepEqual(
      [twice.usage, twice.messages, twice.updatedAt],
      [{ input: 6, output: 4, turns: 2 }, 2, 3],
    );
    assert.deepEqual(begunAgain(twice, "next", 4), newSession(fresh.key, "next", 4));
  });
});

describe("what a conversation is called", () => {
  const said = (text: string) => ({ content: [{ type: "text" as const, text }] });
  test("by its first words in a line, once", () => {
    const called = titled(fresh, said("  my\n name "));
    assert.equal(called.title, "my name");
    assert.equal(titled(called, said("other")), called);
    assert.equal(titled(fresh, said("x".repeat(99))).title, `${"x".repeat(59)}…`);
  });
  test("by nothing when there are none", () => {
    assert.equal(titled(fresh, said(" ")), fresh);
    assert.equal(titled(fresh, undefined), fresh);
  });
  test("how it is called and shown outlives its words", () => {
    const how = { label: "Mine", thinking: "high", shown: { verboseLevel: "on" } } as const;
    const kept = { ...titled(fresh, said("x")), ...how };
    const anew = { ...newSession(fresh.key, "next", 4), ...how };
    assert.deepEqual(begunAgain(kept, "next", 4), anew);
  });
});
