// What clients do all the time: calls of every kind, in a fixed mixture, each as soon as the one before is over.
import { setTimeout as pause } from "node:timers/promises";
import { Agent, request } from "undici";
import { PROTOCOLS } from "../support/protocols.ts";
import type { ProtocolName } from "../support/protocols.ts";
import type { LoadGateway } from "./gateway.ts";
import { TOKEN } from "./gateway.ts";

interface Kind {
  readonly name: string;
  /** of a hundred calls */
  readonly share: number;
  readonly speaks: ProtocolName;
  readonly model: string;
  readonly stream: boolean;
  readonly key?: keyof LoadGateway["keys"] | "wrong";
  /** of the question */
  readonly bytes?: number;
  readonly leaves?: true;
  /** what may come back; 200 when left out */
  readonly statuses?: readonly number[];
}

const KINDS: readonly Kind[] = [
  { name: "chat, whole", share: 18, speaks: "chat", model: "spoken/m1", stream: false },
  { name: "chat, streamed", share: 16, speaks: "chat", model: "spoken/m1", stream: true },
  { name: "messages, streamed", share: 8, speaks: "messages", model: "told/m1", stream: true },
  { name: "responses, streamed", share: 6, speaks: "responses", model: "answered/m1", stream: true },
  { name: "chat told as messages, whole", share: 6, speaks: "chat", model: "told/m1", stream: false },
  { name: "chat told as messages, streamed", share: 8, speaks: "chat", model: "told/m1", stream: true },
  { name: "messages told as chat, streamed", share: 6, speaks: "messages", model: "spoken/m1", stream: true },
  {
    name: "responses told as messages, whole",
    share: 4,
    speaks: "responses",
    model: "told/m1",
    stream: false,
  },
  { name: "agent, streamed", share: 6, speaks: "chat", model: "openclaw", stream: true },
  { name: "agent, whole", share: 4, speaks: "messages", model: "openclaw", stream: false },
  { name: "100 KB of question", share: 3, speaks: "chat", model: "spoken/m1", stream: false, bytes: 100_000 },
  { name: "client key", share: 6, speaks: "chat", model: "spoken/m1", stream: true, key: "free" },
  {
    name: "client key of one provider",
    share: 2,
    speaks: "messages",
    model: "told/m1",
    stream: false,
    key: "narrow",
  },
  {
    name: "client key, another provider",
    share: 1,
    speaks: "chat",
    model: "spoken/m1",
    stream: false,
    key: "narrow",
    statuses: [403],
  },
  {
    name: "client key above its rate",
    share: 2,
    speaks: "chat",
    model: "spoken/m1",
    stream: false,
    key: "slow",
    statuses: [200, 429],
  },
  {
    name: "wrong key",
    share: 1,
    speaks: "chat",
    model: "spoken/m1",
    stream: false,
    key: "wrong",
    statuses: [401, 429],
  },
  { name: "client leaves", share: 3, speaks: "chat", model: "spoken/m1", stream: true, leaves: true },
];

export interface Traffic {
  /** finished calls, by kind */
  readonly calls: Readonly<Record<string, number>>;
  /** what nobody should see: kind, status, beginning of the answer */
  readonly unexpected: readonly string[];
  readonly total: () => number;
  /** Lets calls under way end. */
  stop(): Promise<void>;
}

const MOST_UNEXPECTED = 200;

export function startTraffic(gateway: LoadGateway, clients: number): Traffic {
  const dispatcher = new Agent({ connections: clients, pipelining: 1 });
  const deck = KINDS.flatMap((kind) => Array.from({ length: kind.share }, () => kind));
  const calls: Record<string, number> = {};
  const unexpected: string[] = [];
  const state = { stopped: false };
  let place = 0;
  let total = 0;
  const client = async () => {
    while (!state.stopped) {
      // 37 has no part in common with 100: kinds follow each other well mixed.
      const kind = deck[(place++ * 37) % deck.length]!;
      const fault = await oneCall(gateway, kind, dispatcher);
      calls[kind.name] = (calls[kind.name] ?? 0) + 1;
      total++;
      if (fault !== undefined && unexpected.length < MOST_UNEXPECTED)
        unexpected.push(`${kind.name}: ${fault}`);
      await pause(1);
    }
  };
  const running = Array.from({ length: clients }, client);
  return {
    calls,
    unexpected,
    total: () => total,
    async stop() {
      state.stopped = true;
      await Promise.all(running);
      await dispatcher.close();
    },
  };
}

async function oneCall(gateway: LoadGateway, kind: Kind, dispatcher: Agent): Promise<string | undefined> {
  const protocol = PROTOCOLS[kind.speaks];
  const key = kind.key === undefined ? TOKEN : kind.key === "wrong" ? "wrong-secret" : gateway.keys[kind.key];
  const question = `Say ${"x".repeat(kind.bytes ?? 100)}`;
  try {
    const { statusCode, body } = await request(gateway.process.url + protocol.path, {
      method: "POST",
      dispatcher,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(protocol.body(kind.model, kind.stream)).replace("Say", question),
    });
    if (kind.leaves) {
      body.on("error", () => {}).destroy();
      return undefined;
    }
    const text = await body.text();
    if (!(kind.statuses ?? [200]).includes(statusCode)) return `${statusCode}, ${text.slice(0, 300)}`;
    return statusCode === 200 && !isComplete(kind, text) ? `not complete: …${text.slice(-300)}` : undefined;
  } catch (error) {
    return String(error);
  }
}

const LAST_WORD = "word-39";

function isComplete({ speaks, stream }: Kind, text: string): boolean {
  if (!stream) return text.includes(LAST_WORD) && text.trimEnd().endsWith("}");
  const { complete, errors } = PROTOCOLS[speaks].readStream(text);
  return complete && errors.length === 0 && text.includes(LAST_WORD);
}
