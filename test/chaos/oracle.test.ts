// The oracle itself: it must see what it is there for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PROTOCOLS } from "../support/protocols.ts";
import type { Seen } from "./client.ts";
import { FAULTY, HEALTHY } from "./faults.ts";
import type { Served } from "./oracle.ts";
import { judge } from "./oracle.ts";
import type { RunSpec } from "./world.ts";

const { chat } = PROTOCOLS;
const faultNamed = (name: string) => [...HEALTHY, ...FAULTY].find((fault) => fault.name === name)!;

const runWith = (...names: readonly string[]): RunSpec => {
  const accounts = names.map((name, n) => ({
    key: `k${n}`,
    profile: `p:${n}`,
    fault: faultNamed(name),
    ailsFor: Infinity,
  }));
  const place = { provider: "p", speaks: "chat", refuses: false, accounts } as const;
  const stops = [{ place, model: "m1" }];
  return { id: 7, speaks: "chat", stream: true, target: "p/m1", agent: false, stops, keepsAlive: false };
};
const told = (text: string, fault = "none", run = 7): Served => ({
  run,
  fault: faultNamed(fault),
  text,
  streamed: true,
});
const seen = (text: string, status = 200): Seen => ({ status, type: "text/event-stream", runId: "r", text });
const answer = (text: string) => seen(chat.frames(text).join(""));
const ERROR = chat.errorFrame({ message: "broke", type: "api_error" });
const begun = (text: string) => seen(`${chat.frames(text).slice(0, 3).join("")}${ERROR}data: [DONE]\n\n`);

const CASES: readonly (readonly [
  name: string,
  wrong: RegExp | undefined,
  run: RunSpec,
  seen: Seen,
  calls: Served[],
])[] = [
  ["a whole answer", undefined, runWith("none"), answer("a b c"), [told("a b c")]],
  [
    "a beginning and an error",
    undefined,
    runWith("reset at any byte"),
    begun("a b c"),
    [told("a b c", "reset at any byte")],
  ],
  ["two answers in one", /more than was told/, runWith("none"), answer("a b c a b c"), [told("a b c")]],
  [
    "a beginning of one, the rest of another",
    /no call of this run/,
    runWith("none"),
    answer("a b f"),
    [told("a b c"), told("d e f")],
  ],
  [
    "another run's answer",
    /no call of this run/,
    runWith("none"),
    answer("a b c"),
    [told("a b c", "none", 8)],
  ],
  [
    "a beginning told as the whole",
    /cut after/,
    runWith("end at any byte"),
    answer("a b"),
    [told("a b c", "end at any byte")],
  ],
  [
    "no answer where one is owed",
    /though a candidate was healthy/,
    runWith("401", "none"),
    seen(`${ERROR}data: [DONE]\n\n`),
    [],
  ],
  [
    "an answer cut where none could break",
    /though a candidate was healthy/,
    runWith("401", "none"),
    begun("a b c"),
    [told("a b c")],
  ],
  ["an answer of nobody", /no call of this run/, runWith("401"), answer("a b c"), []],
  ["an empty answer", /without text/, runWith("401"), answer(""), []],
  [
    "a stream without an end",
    /without an end/,
    runWith("none"),
    seen(chat.frames("a b").slice(0, 2).join("")),
    [told("a b")],
  ],
  [
    "an error behind the end",
    /after the end/,
    runWith("reset at any byte"),
    seen(`${chat.frames("a").join("")}${ERROR}data: [DONE]\n\n`),
    [told("a", "reset at any byte")],
  ],
  ["a connection that broke", /broke/, runWith("none"), { ...seen(""), broken: "ECONNRESET" }, []],
];

for (const [name, wrong, run, what, calls] of CASES)
  test(`the oracle: ${name}`, () => {
    const verdict = judge(run, what, calls);
    if (wrong) assert.match(verdict.wrong.join("; "), wrong);
    else assert.deepEqual(verdict.wrong, []);
  });
