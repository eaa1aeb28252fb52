// Sends load and keeps time, in a process of its own so that its CPU time is nobody's. One job at a time.
import { setTimeout as sleep } from "node:timers/promises";
import type { Dispatcher } from "undici";
import { Client } from "undici";
import type { Job, Saturation, Streams, Target, Turns } from "./load.ts";
import { DONE, sharedClockUs, StampReader } from "./payloads.ts";

const LIMIT_MS = 15_000;
const TAIL_BYTES = 64;

interface Timing {
  /** ms after the request was handed over */
  readonly firstByteMs: number;
  readonly totalMs: number;
}

const connect = ({ origin }: Target): Client =>
  new Client(origin, { pipelining: 1, headersTimeout: LIMIT_MS, bodyTimeout: LIMIT_MS });

/** One call, from its first byte to its last. An answer that is not the expected one is an error. */
function exchange(
  client: Client,
  target: Target,
  onPiece?: (piece: Buffer, isFirst: boolean) => void,
): Promise<Timing> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let firstByteMs = 0;
    let status = 0;
    let tail = "";
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onResponseStart(_, statusCode) {
        status = statusCode;
      },
      onResponseData(_, piece) {
        const isFirst = firstByteMs === 0;
        if (isFirst) firstByteMs = performance.now() - startedAt;
        tail = (tail + piece.toString("latin1", Math.max(0, piece.length - TAIL_BYTES))).slice(-TAIL_BYTES);
        onPiece?.(piece, isFirst);
      },
      onResponseEnd() {
        if (status !== 200 || !tail.includes(target.streams ? DONE : "}"))
          reject(new Error(`Wrong answer from ${target.origin}: status ${status}, "…${tail}"`));
        else resolve({ firstByteMs, totalMs: performance.now() - startedAt });
      },
      onResponseError: (_, error) => reject(error),
    };
    const { path, headers, body } = target;
    client.dispatch({ path, method: "POST", headers, body }, handler);
  });
}

async function saturate({ target, clients, forMs }: Job & { kind: "saturate" }): Promise<Saturation> {
  const startedAt = performance.now();
  const counts = await Promise.all(
    Array.from({ length: clients }, () =>
      withClient(target, async (client) => {
        let requests = 0;
        for (; performance.now() - startedAt < forMs; requests++) await exchange(client, target);
        return requests;
      }),
    ),
  );
  const requests = counts.reduce((sum, count) => sum + count, 0);
  return { requests, seconds: (performance.now() - startedAt) / 1000 };
}

/** One client; every turn asks each target once, and each turn begins with another. */
async function takeTurns({ targets, turns }: Job & { kind: "turns" }): Promise<Turns> {
  const clients = targets.map(connect);
  const firstByteMs = targets.map(() => new Float64Array(turns));
  const totalMs = targets.map(() => new Float64Array(turns));
  for (let turn = 0; turn < turns; turn++) {
    for (let place = 0; place < targets.length; place++) {
      const index = (turn + place) % targets.length;
      const timing = await exchange(clients[index]!, targets[index]!);
      firstByteMs[index]![turn] = timing.firstByteMs;
      totalMs[index]![turn] = timing.totalMs;
    }
  }
  await Promise.all(clients.map((client) => client.destroy()));
  return { firstByteMs, totalMs };
}

interface Arrival {
  readonly sentUs: number;
  readonly readUs: number;
}

/** Opens streams one after another, evenly over `openingMs`, and watches them to their end. */
async function holdStreams({ target, streams, openingMs }: Job & { kind: "streams" }): Promise<Streams> {
  const arrivals: Arrival[] = [];
  let allOpenUs = 0;
  const hold = async (_: unknown, index: number) => {
    await sleep((index * openingMs) / streams);
    return await withClient(target, async (client) => {
      const reader = new StampReader();
      const { firstByteMs } = await exchange(client, target, (piece, isFirst) => {
        const readUs = sharedClockUs();
        if (isFirst) allOpenUs = readUs;
        for (const sentUs of reader.read(piece)) arrivals.push({ sentUs, readUs });
      });
      return firstByteMs;
    });
  };
  const firstByteMs = await Promise.all(Array.from({ length: streams }, hold));
  const together = arrivals.filter(({ sentUs }) => sentUs >= allOpenUs);
  return {
    firstByteMs: Float64Array.from(firstByteMs),
    delayMs: Float64Array.from(together, ({ sentUs, readUs }) => (readUs - sentUs) / 1000),
    frames: arrivals.length,
  };
}

async function withClient<T>(target: Target, use: (client: Client) => Promise<T>): Promise<T> {
  const client = connect(target);
  try {
    return await use(client);
  } finally {
    await client.destroy();
  }
}

function perform(job: Job): Promise<unknown> {
  switch (job.kind) {
    case "saturate":
      return saturate(job);
    case "turns":
      return takeTurns(job);
    case "streams":
      return holdStreams(job);
  }
}

process.on("message", (job: Job) => {
  perform(job).then(
    (result) => process.send!(result),
    (error: unknown) => process.send!(error instanceof Error ? error : new Error(String(error))),
  );
});
process.on("disconnect", () => process.exit());
process.send!("ready");
