// The one upstream of a bench run: constant answers, as fast as node:http gives them.
// A request with `"stream":true` gets `max_tokens` frames, at once or, from the model `paced`, one per 250 ms; from `endless` they do not end.
import type { ServerResponse } from "node:http";
import { createServer } from "node:http";
import {
  ANSWER,
  ENDLESS_MODEL,
  FRAME,
  LAST_FRAMES,
  MESSAGES_ANSWER,
  MESSAGES_FIRST,
  MESSAGES_FRAME,
  MESSAGES_LAST,
  PACED_MODEL,
  PERIOD_MS,
  stampedFrame,
} from "./payloads.ts";
import { reportPort } from "./processes.ts";

/** What is said in a protocol. */
interface Speech {
  readonly whole: Buffer;
  readonly first?: Buffer;
  readonly frame: Buffer;
  readonly last: Buffer;
}
const CHAT: Speech = { whole: ANSWER, frame: FRAME, last: LAST_FRAMES };
const MESSAGES: Speech = {
  whole: MESSAGES_ANSWER,
  first: MESSAGES_FIRST,
  frame: MESSAGES_FRAME,
  last: MESSAGES_LAST,
};

const SSE_HEAD = { "content-type": "text/event-stream; charset=utf-8" };

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => void chunks.push(chunk));
  request.on("end", () => {
    const speech = request.url?.endsWith("/messages") ? MESSAGES : CHAT;
    answer(Buffer.concat(chunks).toString("latin1"), speech, response);
  });
});
server.keepAliveTimeout = 120_000;
server.listen({ port: 0, host: "127.0.0.1", backlog: 2048 }, () => reportPort(server));

function answer(body: string, speech: Speech, response: ServerResponse): void {
  if (!body.includes('"stream":true')) {
    response.writeHead(200, { "content-type": "application/json", "content-length": speech.whole.length });
    response.end(speech.whole);
    return;
  }
  const frames = Number(/"max_tokens":(\d+)/.exec(body)?.[1] ?? 1);
  response.writeHead(200, SSE_HEAD);
  if (body.includes(`"model":"${PACED_MODEL}"`)) streamPaced(response, frames);
  else if (body.includes(`"model":"${ENDLESS_MODEL}"`)) streamPaced(response, Infinity);
  else {
    if (speech.first) response.write(speech.first);
    streamAtOnce(response, speech, frames);
  }
}

/** A turn of the event loop between frames, so that they travel apart as real ones do. */
function streamAtOnce(response: ServerResponse, speech: Speech, left: number): void {
  if (left === 0) return void response.end(speech.last);
  response.write(speech.frame);
  setImmediate(streamAtOnce, response, speech, left - 1);
}

function streamPaced(response: ServerResponse, frames: number): void {
  let left = frames;
  const next = () => {
    if (left-- > 0) return void response.write(stampedFrame());
    clearInterval(timer);
    response.end(LAST_FRAMES);
  };
  const timer = setInterval(next, PERIOD_MS);
  response.on("close", () => clearInterval(timer));
  next();
}
