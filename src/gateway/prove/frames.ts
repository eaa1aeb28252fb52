// What the control plane of the running gateway says: to who proves itself and who does not, asked well and badly.
// Only methods that read are called; none of those has a provider asked.
import { WebSocket } from "ws";
import { messageOf } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { parseObject } from "../../core/json.ts";
import type { Secret } from "../../core/secret.ts";
import type { OutsideText } from "../../access/prove/prove.ts";
import { METHODS } from "../control-plane/methods.ts";
import { POLICY, PROTOCOL } from "../control-plane/protocol.ts";
import type { Target } from "./answers.ts";

const READING = [...METHODS].flatMap(([name, { scope }]) => (scope === "operator.read" ? [name] : []));

interface Asked {
  readonly method: string;
  readonly params: JsonObject;
  readonly named: string;
}

const QUESTIONS: readonly Asked[] = [
  ...READING.flatMap((method) => [
    { method, params: {}, named: method },
    { method, params: { "no-such-parameter": 1 }, named: `${method} (unknown parameter)` },
  ]),
  { method: "no-such-method", params: {}, named: "no-such-method" },
];

export async function* textsOfFrames(target: Target): AsyncGenerator<OutsideText | string> {
  yield* talk(target, target.secret, QUESTIONS);
  if (target.secret) yield* talk(target, undefined, []);
}

async function* talk(
  { url, timeoutMs }: Target,
  secret: Secret | undefined,
  questions: readonly Asked[],
): AsyncGenerator<OutsideText | string> {
  // Its certificate need not be for this address: it is this machine's own gateway.
  const socket = new WebSocket(url.replace(/^http/, "ws"), {
    maxPayload: POLICY.maxPayload,
    rejectUnauthorized: false,
  });
  const late = setTimeout(() => socket.terminate(), timeoutMs);
  const frames = heard(socket);
  let isOpen = false;
  socket.once("open", () => (isOpen = true));
  let asked = -1;
  let named = secret ? "connect" : "connect (no secret)";
  try {
    for await (const frame of frames) {
      const { type, event, ok } = parseObject(frame) ?? {};
      yield {
        place: { kind: "answer", request: `WebSocket ${named}`, part: "frame" },
        bytes: Buffer.from(frame),
      };
      if (event === "connect.challenge") socket.send(request("connect", connectParams(secret)));
      if (type !== "res") continue;
      late.refresh();
      if (asked === -1 && ok !== true) return;
      asked += 1;
      const next = questions[asked];
      if (!next) return;
      named = next.named;
      socket.send(request(next.method, next.params));
    }
    if (isOpen) yield `WebSocket ${named}: the connection ended before an answer came.`;
  } catch (error) {
    // Nobody opens where there is no control plane.
    if (isOpen) yield `WebSocket ${named}: ${messageOf(error)}`;
  } finally {
    clearTimeout(late);
    socket
      .removeAllListeners()
      .on("error", () => undefined)
      .terminate();
  }
}

/** Texts as they come, to the end of the connection. @throws what went wrong with it */
async function* heard(socket: WebSocket): AsyncGenerator<string> {
  const texts: string[] = [];
  let failed: Error | undefined;
  let isOver = false;
  let news = Promise.withResolvers<void>();
  const wake = () => {
    news.resolve();
    news = Promise.withResolvers();
  };
  socket.on("message", (data) => {
    texts.push(String(data));
    wake();
  });
  socket.on("error", (error) => {
    failed = error;
    wake();
  });
  socket.on("close", () => {
    isOver = true;
    wake();
  });
  for (;;) {
    const text = texts.shift();
    if (text !== undefined) yield text;
    else if (failed) throw failed;
    else if (isOver) return;
    else await news.promise;
  }
}

let serial = 0;
const request = (method: string, params: JsonObject): string =>
  JSON.stringify({ type: "req", id: `prove-${(serial += 1)}`, method, params });

const connectParams = (secret: Secret | undefined): JsonObject => ({
  minProtocol: PROTOCOL,
  maxProtocol: PROTOCOL,
  client: { id: "cli", version: "prove", platform: process.platform, mode: "cli" },
  role: "operator",
  scopes: ["operator.read"],
  // Whichever of the two it is, that one is looked at.
  ...(secret ? { auth: { token: secret.reveal(), password: secret.reveal() } } : {}),
});
