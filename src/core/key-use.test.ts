import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { dayEnds, limitHit, MinuteSum, monthEnds, NANO, NO_USE } from "./key-use.ts";

const NOW = Date.UTC(2026, 10, 21, 12);

test("a sliding minute is the sum of what came in its seconds", () => {
  const step = fc.record({ afterMs: fc.integer({ min: -5000, max: 40_000 }), amount: fc.nat(100) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const sum = new MinuteSum();
      const seen: { second: number; amount: number }[] = [];
      let now = NOW;
      let second = 0;
      for (const { afterMs, amount } of steps) {
        now += afterMs;
        second = Math.max(second, Math.floor(now / 1000));
        sum.add(amount, now);
        seen.push({ second, amount });
        const expected = seen
          .filter((one) => one.second > second - 60)
          .reduce((total, one) => total + one.amount, 0);
        assert.equal(sum.sum(now), expected);
      }
    }),
  );
});

test("it names the moment when there is room again, and not a second later", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(59), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 20 }),
      (at, most) => {
        const times = at.toSorted((a, b) => a - b).map((second) => NOW + second * 1000);
        const now = times.at(-1)!;
        const make = () => {
          const sum = new MinuteSum();
          for (const time of times) sum.add(1, time);
          return sum;
        };
        const free = make().fallsBelow(most, now);
        assert.ok(make().sum(free) < most);
        if (free > now) assert.ok(make().sum(free - 1000) >= most);
      },
    ),
  );
});

const counted = (more = {}) => ({
  requests: new MinuteSum(),
  tokens: new MinuteSum(),
  reserved: NO_USE,
  day: NO_USE,
  month: NO_USE,
  ...more,
});

test("a limit that is reached is named with the time of its end", () => {
  const used = counted({ day: { ...NO_USE, inputTokens: 60, outputTokens: 40, nanoDollars: 5 * NANO } });
  assert.equal(limitHit({}, used, NOW), undefined);
  assert.equal(limitHit({ tokensPerDay: 101 }, used, NOW), undefined);
  assert.deepEqual(limitHit({ tokensPerDay: 100 }, used, NOW), {
    kind: "budget",
    limit: "100 tokens per day",
    until: dayEnds(NOW),
  });
  assert.deepEqual(limitHit({ dollarsPerDay: 5 }, used, NOW)?.limit, "$5 per day");
  const month = counted({ month: { ...NO_USE, nanoDollars: 0.25 * NANO } });
  assert.deepEqual(limitHit({ dollarsPerMonth: 0.25 }, month, NOW)?.until, monthEnds(NOW));
});

test("what is under way counts, and is waited for a moment, not until midnight", () => {
  const reserved = { ...NO_USE, inputTokens: 6, outputTokens: 4, nanoDollars: NANO };
  for (const limits of [{ tokensPerMinute: 10 }, { tokensPerDay: 10 }, { dollarsPerMonth: 1 }]) {
    const hit = limitHit(limits, counted({ reserved }), NOW);
    assert.deepEqual([hit?.kind, hit?.until], ["rate", NOW + 1000]);
    assert.match(hit!.limit, /with the calls under way$/);
  }
  const spent = counted({ reserved, day: { ...NO_USE, inputTokens: 10 } });
  assert.equal(limitHit({ tokensPerDay: 10 }, spent, NOW)?.until, dayEnds(NOW));
});

test("days and months end at midnight, UTC", () => {
  assert.equal(new Date(dayEnds(NOW)).toISOString(), "2026-11-22T00:00:00.000Z");
  assert.equal(new Date(monthEnds(NOW)).toISOString(), "2026-12-01T00:00:00.000Z");
  assert.equal(new Date(monthEnds(Date.UTC(2026, 11, 31))).toISOString(), "2027-01-01T00:00:00.000Z");
});
