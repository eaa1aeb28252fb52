// What accounts of the chaos do: each way of answering or failing says itself what of its answer a client may see.
// This is the script that the oracle reads.
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import type { Action } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import type { Protocol } from "../support/protocols.ts";
import type { Random } from "../translation/mutate.ts";
import { pick } from "../translation/mutate.ts";
import { cutAt, inPieces, JSON_TYPE, LAST_CHUNK, rawAnswer, sseOrJson, STREAM_TYPE } from "./bytes.ts";

/** The whole answer, nothing of it, a beginning that breaks, or whatever the program makes of it. */
export type Gives = "answer" | "nothing" | "part" | "either";

export interface Answering {
  readonly protocol: Protocol;
  /** the upstream was asked for a stream */
  readonly stream: boolean;
  /** the text of this one call, like no other */
  readonly text: string;
  readonly random: Random;
}

export interface Fault {
  readonly name: string;
  /** when a stream was asked for */
  readonly streamed: Gives;
  /** when one piece was asked for */
  readonly whole: Gives;
  /** It says that the request is at fault: other accounts need not be asked for the same model. */
  readonly judgesRequest?: true;
  /** Costs the gateway all of its patience. */
  readonly slow?: true;
  readonly act: (answering: Answering) => Action;
}

const LIMITED = { type: "rate_limit_error", message: "Rate limit reached for requests" };
const BUSY = { type: "overloaded_error", message: "Overloaded" };
const BROKEN = { type: "server_error", message: "The server had an error" };
const DENIED = { type: "authentication_error", message: "Invalid API key", code: "invalid_api_key" };
const ERRORS = [LIMITED, BUSY, BROKEN, DENIED] as const;

const framesOf = ({ protocol, text }: Answering) => protocol.frames(text);
const wholeOf = ({ protocol, text }: Answering) => JSON.stringify(protocol.whole(text));
const bytesOf = (call: Answering): Buffer =>
  Buffer.from(call.stream ? framesOf(call).join("") : wholeOf(call));
const below = (limit: number, random: Random): number => Math.floor(random() * limit);
/** On the wire, all but the chunk that ends it: wherever this is cut, it is no whole answer. */
const unended = (call: Answering): Buffer =>
  rawAnswer(bytesOf(call), sseOrJson(call.stream)).subarray(0, -LAST_CHUNK.length);
/** some of the frames that show something already */
const someContent = (call: Answering): number => call.protocol.prelude + 1 + below(4, call.random);

const PACKERS = {
  gzip: gzipSync,
  deflate: deflateSync,
  // At its best it takes seconds for a long answer, in which nothing else here would go on.
  br: (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } }),
  zstd: zstdCompressSync,
};
type Packing = keyof typeof PACKERS;
const PACKINGS = Object.keys(PACKERS) as Packing[];

const healthy = (name: string, acting: Fault["act"]): Fault => ({
  name,
  streamed: "answer",
  whole: "answer",
  act: acting,
});
const dead = (name: string, acting: Fault["act"]): Fault => ({
  name,
  streamed: "nothing",
  whole: "nothing",
  act: acting,
});
/** A client in need of the whole sees nothing of an answer that breaks. */
const breaking = (name: string, acting: Fault["act"]): Fault => ({
  name,
  streamed: "part",
  whole: "nothing",
  act: acting,
});
const refusing = (
  name: string,
  status: readonly number[],
  headers: readonly Record<string, string>[] = [{}],
) =>
  dead(name, ({ protocol, random }) =>
    act.reply({
      status: pick(status, random),
      headers: pick(headers, random),
      body: protocol.errorBody(pick(ERRORS, random)),
    }),
  );

/** Odd, but an answer. */
export const HEALTHY: readonly Fault[] = [
  healthy("none", (call) => inPieces(bytesOf(call), 1 + below(900, call.random), 0, sseOrJson(call.stream))),
  healthy("slow drip", (call) => {
    const bytes = bytesOf(call);
    return inPieces(bytes, Math.ceil(bytes.length / 24), 6, sseOrJson(call.stream));
  }),
  healthy("packed, though nobody asked", (call) => {
    const packing = pick(PACKINGS, call.random);
    const headers = { ...sseOrJson(call.stream), "content-encoding": packing };
    return inPieces(PACKERS[packing](bytesOf(call)), 1 + below(400, call.random), 0, headers);
  }),
  healthy("8 KB of headers", (call) =>
    inPieces(bytesOf(call), 4000, 0, { ...sseOrJson(call.stream), "x-padding": "p".repeat(8000) }),
  ),
  healthy("lines that end in CRLF, comments between", (call) => {
    if (!call.stream) return act.reply({ body: `\r\n${wholeOf(call)}\r\n` });
    const text = framesOf(call).join(": a comment\n\n").replaceAll("\n", "\r\n");
    return inPieces(Buffer.from(text), 1 + below(300, call.random), 0, sseOrJson(true));
  }),
  healthy("early hints first", (call) => (exchange) => {
    const hint = "HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n";
    exchange.response.socket?.write(hint);
    return inPieces(bytesOf(call), 4000, 0, sseOrJson(call.stream))(exchange);
  }),
  healthy("one piece, though a stream was asked for", (call) => act.reply({ body: wholeOf(call) })),
  healthy("length told", (call) => {
    const bytes = bytesOf(call);
    return inPieces(bytes, 4000, 0, { ...sseOrJson(call.stream), "content-length": bytes.length });
  }),
];

const CONNECTION: readonly Fault[] = [
  breaking("reset at any byte", (call) => cutAt(unended(call), call.random, "reset")),
  breaking("end at any byte", (call) => cutAt(unended(call), call.random, "fin")),
  { ...dead("stall before headers", () => act.stall()), slow: true },
  {
    ...breaking("stall in the middle", ({ stream, ...call }) => {
      const all = { ...call, stream };
      if (!stream)
        return act.stallAfterFrames(1, { frames: [wholeOf(all).slice(0, 40)], headers: JSON_TYPE });
      return act.stallAfterFrames(below(6, call.random), { frames: framesOf(all) });
    }),
    slow: true,
  },
  breaking("length told too long", (call) => {
    const bytes = bytesOf(call);
    const raw = rawAnswer(bytes, sseOrJson(call.stream), bytes.length + 1 + below(500, call.random));
    return cutAt(raw, () => 1, pick(["reset", "fin"] as const, call.random));
  }),
  breaking("length told too short", (call) => {
    const bytes = bytesOf(call);
    const raw = rawAnswer(bytes, sseOrJson(call.stream), 1 + below(bytes.length - 2, call.random));
    return cutAt(raw, () => 1, "fin");
  }),
  dead("no HTTP", ({ random }) =>
    cutAt(Buffer.from(`SSH-2.0-x\r\n${"?".repeat(below(50, random))}`), () => 1, "fin"),
  ),
  dead("100 KB of headers", (call) =>
    cutAt(
      rawAnswer(bytesOf(call), { ...sseOrJson(call.stream), "x-padding": "p".repeat(100_000) }),
      () => 1,
      "fin",
    ),
  ),
];

const BODY: readonly Fault[] = [
  dead("200 with an error body", ({ protocol, random }) =>
    act.reply({ body: protocol.errorBody(pick(ERRORS, random)), headers: pick([{}, JSON_TYPE], random) }),
  ),
  dead("200 with nothing", ({ stream }) => act.reply({ body: "", headers: sseOrJson(stream) })),
  dead("200 with a page", () => act.wrongContentType()),
  dead("error event first", ({ protocol, random }) =>
    act.stream({
      frames: [
        ...protocol.frames("never").slice(0, below(protocol.prelude + 1, random)),
        protocol.errorFrame(pick(ERRORS, random)),
      ],
    }),
  ),
  {
    ...breaking("error event later", (call) => {
      const error = call.protocol.errorFrame(pick(ERRORS, call.random));
      return act.errorEventAfter(someContent(call), { frames: framesOf(call) }, error);
    }),
    // Who asked for one piece and gets events is shown what comes, as far as it comes.
    whole: "part",
  },
  dead("wrong content-encoding", (call) => {
    const packing = pick(PACKINGS, call.random);
    const headers = { ...sseOrJson(call.stream), "content-encoding": packing };
    return inPieces(bytesOf(call), 4000, 0, headers);
  }),
  breaking("packed, and cut short", (call) => {
    const packed = gzipSync(bytesOf(call));
    const headers = { ...sseOrJson(call.stream), "content-encoding": "gzip" };
    return inPieces(packed.subarray(0, 1 + below(packed.length - 2, call.random)), 200, 0, headers);
  }),
  {
    name: "wrong content-type",
    streamed: "either",
    whole: "either",
    act: (call) => {
      const types = [
        "text/plain",
        "application/octet-stream",
        call.stream ? JSON_TYPE["content-type"] : STREAM_TYPE["content-type"],
      ];
      return inPieces(bytesOf(call), 4000, 0, { "content-type": pick(types, call.random) });
    },
  },
  breaking("half frames", (call) => {
    if (!call.stream) return act.reply({ body: wholeOf(call).slice(0, -1) });
    return act.halfFrame(
      below(8, call.random),
      { frames: framesOf(call) },
      pick(["reset", "fin"] as const, call.random),
    );
  }),
  breaking("an answer cut short, well ended", (call) => {
    if (call.stream) return act.endAfterFrames(below(8, call.random), { frames: framesOf(call) });
    const body = wholeOf(call);
    // Also behind a brace, where it looks like an end.
    const ends = [...body.matchAll(/\}/g)].map(({ index }) => index + 1).filter((end) => end < body.length);
    const end = call.random() < 0.5 ? pick(ends, call.random) : 1 + below(body.length - 2, call.random);
    return act.reply({ body: body.slice(0, end) });
  }),
];

const HTTP_DATE = new Date(Date.now() + 3_600_000).toUTCString();

const STATUS: readonly Fault[] = [
  refusing("401", [401], [{}, { "retry-after": "1" }]),
  refusing("403", [403]),
  refusing("402", [402], [{}, { "retry-after": "60" }]),
  refusing("429", [429]),
  refusing(
    "429 with Retry-After",
    [429],
    [1, 2, 60, 86_400, "0", "-5", "soon", HTTP_DATE].map((when) => ({ "retry-after": String(when) })),
  ),
  refusing(
    "5xx",
    [500, 502, 503, 504, 520, 529],
    [{}, { "retry-after": "1" }, { "x-should-retry": "false" }],
  ),
  dead("5xx with a page", () =>
    act.reply({ status: 502, headers: { "content-type": "text/html" }, body: "<html>Bad Gateway</html>" }),
  ),
  dead("a redirect", () => act.reply({ status: 302, headers: { location: "/elsewhere" }, body: "" })),
  { ...refusing("400", [400, 422]), judgesRequest: true },
];

/** A connection that nobody accepts is a matter of the provider's address: no account acts it. */
export const REFUSES: Fault = dead("refused connection", act.resetBefore);
export const FAULTY: readonly Fault[] = [...CONNECTION, ...BODY, ...STATUS];
