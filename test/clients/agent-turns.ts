// A turn of a real coding agent: it is told to read two files, its model calls the agent's own tools for both at
// once, sees what they found, and answers with the words in them. Two accounts fail on the way.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Call } from "../fakes/scripted-upstream.ts";
import type { Saying, Seen, StrictWire } from "../fakes/strict/rules.ts";
import type { StrictUpstream, Trouble } from "../fakes/strict/upstream.ts";
import { STRICT_WIRES, strictUpstream } from "../fakes/strict/upstream.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway } from "../support/gateway.ts";
import type { Ended, Place } from "./programs.ts";
import { openPlace } from "./programs.ts";

const WORDS = { "one.txt": "kittiwake", "two.txt": "razorbill" };
export const PROMPT = "Read one.txt and two.txt, then tell me the words in them.";
const THOUGHT = "Both files can be read at once.";

/** How each agent reads a file: by the name of the tool that its model is offered. */
const READERS: Readonly<Record<string, (file: string) => object>> = {
  Read: (file) => ({ file_path: file }),
  read: (file) => ({ filePath: file }),
  exec_command: (file) => ({ cmd: `cat ${file}` }),
  shell_command: (file) => ({ command: `cat ${file}` }),
};

const mindIn =
  (home: string) =>
  ({ tools, turns }: Seen): Saying => {
    const reader = Object.keys(READERS).find((name) => tools.includes(name));
    if (!reader) return { text: "Two words" };
    const parts = turns.flatMap((turn) => turn.parts);
    const found = parts.flatMap((part) => (part.kind === "result" ? [part.text] : [])).join("\n");
    if (found !== "")
      return {
        text: `The words are ${Object.values(WORDS)
          .filter((word) => found.includes(word))
          .join(" and ")}.`,
      };
    const calls = Object.keys(WORDS).map((name) => ({
      name: reader,
      args: READERS[reader]!(join(home, name)),
    }));
    return { thinking: THOUGHT, text: "I read both.", calls };
  };
export const ANSWER = `The words are ${Object.values(WORDS).join(" and ")}.`;

/** `a` is over its limit, `b` breaks off before any content, `c` is well. */
const TROUBLES: Readonly<Record<string, Trouble>> = { a: "limited", b: "cut" };

export interface AgentPlace {
  readonly place: Place;
  readonly gateway: TestGateway;
  readonly upstream: StrictUpstream;
  close(): Promise<void>;
}

export async function openAgentPlace(api: string): Promise<AgentPlace> {
  const place = await openPlace();
  for (const [name, word] of Object.entries(WORDS)) writeFileSync(join(place.home, name), `${word}\n`);
  const wire: StrictWire = STRICT_WIRES.find((each) => each.api === api)!;
  const troubleOf = ({ key }: Call) => TROUBLES[key.at(-1)!];
  const upstream = strictUpstream(wire, mindIn(place.home), troubleOf);
  const gateway = await startTestGateway({
    providers: { p: { api, keys: ["a", "b", "c"] } },
    order: { p: ["p:a", "p:b", "p:c"] },
    script: upstream.script,
  });
  return {
    place,
    gateway,
    upstream,
    close: async () => {
      await gateway.stop();
      await place.close();
    },
  };
}

/** The agent got its answer, the model saw what the agent found, and every call was as its API wants it. */
export function assertTurn({ place, gateway, upstream }: AgentPlace, { exit, out, err }: Ended): void {
  assert.deepEqual(upstream.broken, []);
  assert.equal(exit, 0, `${out}${err}`);
  assert.ok(out.includes(ANSWER), `${out}${err}`);
  const accounts = new Set(gateway.tried());
  assert.deepEqual([...accounts].toSorted(), ["p.a", "p.b", "p.c"]);
  const last = upstream.seen.findLast(({ tools }) => tools.length > 0)!;
  const kinds = last.turns.flatMap(({ parts }) => parts.map(({ kind }) => kind));
  assert.equal(kinds.filter((kind) => kind === "call").length, 2, kinds.join(" "));
  assert.equal(kinds.filter((kind) => kind === "result").length, 2, kinds.join(" "));
  assert.deepEqual(place.asked, [], "hosts beyond loopback");
}
