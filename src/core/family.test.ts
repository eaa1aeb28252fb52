import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { OAuthCredential } from "./credential.ts";
import type { Family, TokenSet } from "./family.ts";
import {
  changedFamily,
  expiryHere,
  intending,
  keeping,
  leftOf,
  stepFor,
  tokenSet,
  withTokens,
} from "./family.ts";

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = { boot: "one", ms: 1000 };
const after = (ms: number, boot = "one") => ({ boot, ms: START.ms + ms });

const NEWEST: TokenSet = {
  access: "fake-access-1",
  refresh: "fake-refresh-1",
  expires: NOW + HOUR,
  lifetimeMs: HOUR,
  issued: START,
};
const CREDENTIAL: OAuthCredential = {
  type: "oauth",
  provider: "p",
  access: "fake-access-0",
  refresh: "fake-refresh-0",
  expires: NOW,
  email: "ada@example.com",
};
const held = (more: Partial<OAuthCredential> = {}, generation = "g0") => ({
  credential: { ...CREDENTIAL, ...more },
  generation,
});
const current = held({ access: NEWEST.access, refresh: NEWEST.refresh, expires: NEWEST.expires }, "g1");
const known: Family = { id: "f", spent: false, newest: NEWEST };

describe("what to do with a login that is to be refreshed", () => {
  const cases: [string, ReturnType<typeof held>, Family, number, string][] = [
    ["nothing is known: its token is sent", held(), { id: "f", spent: false }, NOW, "spend"],
    ["a spent token with newer ones known: those", held(), { ...known, spent: true }, NOW, "adopt"],
    ["a spent token alone: a login", held(), { id: "f", spent: true }, NOW, "login"],
    ["the newest at its end: it is sent", current, known, NOW + HOUR, "spend"],
    [
      "a refused generation: a login",
      current,
      { ...known, refused: { generation: "g1", code: "x", at: 0 } },
      NOW + HOUR,
      "login",
    ],
    [
      "a refusal of another generation says nothing",
      current,
      { ...known, refused: { generation: "g0", code: "x", at: 0 } },
      NOW + HOUR,
      "spend",
    ],
    [
      "a copy with the same refresh token and older access: the newer",
      held({ refresh: NEWEST.refresh }),
      known,
      NOW,
      "adopt",
    ],
    [
      "somebody has renewed what is not rotated: what they hold is sent",
      held({ refresh: NEWEST.refresh, expires: NOW + 2 * HOUR }),
      known,
      NOW,
      "spend",
    ],
  ];
  for (const [name, login, family, now, expected] of cases)
    test(name, () => assert.equal(stepFor(login, family, now, after(now - NOW)).do, expected));

  test("a clock that jumped a day makes no new token old; one that was set back keeps none", () => {
    assert.equal(stepFor(current, known, NOW + DAY, after(1000)).do, "adopt");
    assert.equal(stepFor(current, known, NOW - DAY, after(HOUR)).do, "spend");
    assert.equal(stepFor(current, known, NOW + DAY, after(HOUR - 1)).do, "spend");
    assert.equal(stepFor(current, known, NOW + DAY, after(1000, "another start")).do, "spend");
  });
});

test("tokens end by the reader's own clock, if the machine can tell", () => {
  assert.equal(expiryHere(NEWEST, NOW, after(0)), NOW + HOUR);
  assert.equal(expiryHere(NEWEST, NOW + 2000, after(0)), NOW + HOUR);
  assert.equal(expiryHere(NEWEST, NOW + DAY, after(0)), NOW + DAY + HOUR);
  assert.equal(expiryHere(NEWEST, NOW - DAY, after(HOUR / 2)), NOW - DAY + HOUR / 2);
  assert.equal(expiryHere(NEWEST, NOW + DAY, after(0, "another start")), NOW + HOUR);
  assert.equal(leftOf(NEWEST, after(-1)), undefined);
});

test("an answer without refresh token keeps the old one; who the login belongs to stays", () => {
  const same = tokenSet({ access: "a", expiresIn: 60 }, "fake-refresh-0", NOW, START);
  assert.deepEqual(same, {
    access: "a",
    refresh: "fake-refresh-0",
    expires: NOW + 60_000,
    lifetimeMs: 60_000,
    issued: START,
  });
  assert.deepEqual(withTokens(CREDENTIAL, same), { ...CREDENTIAL, access: "a", expires: NOW + 60_000 });
  assert.equal(tokenSet({ access: "a", refresh: "r" }, "old", NOW, START).refresh, "r");
});

const expiresIn = fc.oneof(fc.jsonValue(), fc.double(), fc.string());

test("property: whatever the lifetime is, the tokens are kept and end in the future", () => {
  fc.assert(
    fc.property(expiresIn, (given) => {
      const set = tokenSet({ access: "a", refresh: "r", expiresIn: given }, "old", NOW, START);
      assert.deepEqual([set.access, set.refresh], ["a", "r"]);
      assert.ok(set.expires >= NOW && set.expires <= NOW + 400 * DAY);
      assert.equal(set.lifetimeMs, set.expires - NOW);
    }),
  );
});

const event = fc.constantFrom("intend", "answer", "refuse", "forget", "retry");

test("property: in any run of events a token that was answered is never sent again", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(event, fc.nat(4)), { maxLength: 40 }), (events) => {
      // A store of one family: the fingerprints are the tokens themselves.
      let family: Family = { id: "t0", spent: false };
      let latest = 0;
      const spent = new Set<string>();
      for (const [kind, back] of events) {
        const asked = `t${Math.max(0, latest - back)}`;
        const seen: Family = { ...family, spent: spent.has(asked) };
        const login = held({ refresh: asked, access: `a-${asked}` }, `g-${asked}`);
        const step = stepFor(login, seen, NOW + DAY, after(0, "other"));
        if (spent.has(asked)) assert.notEqual(step.do, "spend");
        if (seen.refused?.generation === login.generation) assert.notEqual(step.do, "spend");
        if (kind === "intend" && step.do === "spend")
          family = changedFamily(seen, intending(seen, "me", NOW));
        if (kind === "answer") {
          const set = tokenSet({ access: "a", refresh: `t${latest + 1}` }, asked, NOW, START);
          const change = keeping(seen, set);
          assert.equal(change === undefined, spent.has(asked));
          if (!change) continue;
          family = changedFamily(seen, change);
          spent.add(asked);
          latest++;
          assert.deepEqual([family.intent, family.refused, family.newest], [undefined, undefined, set]);
        }
        const refused = { generation: login.generation, code: "invalid_grant", at: NOW };
        if (kind === "refuse") family = changedFamily(family, { refused });
        if (kind === "forget") family = changedFamily(family, { newest: null });
        if (kind === "retry") family = changedFamily(family, { refused: null });
      }
    }),
  );
});
