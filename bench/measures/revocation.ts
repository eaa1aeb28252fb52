// From taking a provider's credentials away to the last byte of every stream that used them: by the control plane, and
// by another program that writes the agent's row.
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import type { Contestant } from "../contestants.ts";
import { startGatewayIn } from "../contestants.ts";
import { Control } from "../control.ts";
import type { Home } from "../home.ts";
import { rewriteKeys } from "../home.ts";
import type { Bench } from "../measure.ts";
import { bodyOf, ENDLESS_MODEL, JSON_CALL } from "../payloads.ts";
import type { Table } from "../table.ts";
import { Rows } from "../table.ts";

const COUNTS = [1, 100] as const;
const KEY = "sk-bench-upstream-key-again";
const SETTLE_MS = 1_000;
const LIMIT_MS = 10_000;

/** A stream that goes on until it is ended. */
interface Stream {
  /** by `performance.now()` */
  readonly endedAt: Promise<number>;
}

type Open = (gateway: Contestant, control: Control, n: number) => Promise<Stream>;
type Revoke = (home: Home, control: Control) => Promise<unknown>;

const remove: Revoke = (_, control) => control.ask("models.authLogout", { provider: "bench" });
const rewrite: Revoke = async (home) => rewriteKeys(home, "main", []);

const CASES: readonly { readonly label: string; readonly open: Open; readonly revoke: Revoke }[] = [
  { label: "models.authLogout, HTTP", open: openHttp, revoke: remove },
  { label: "models.authLogout, chat", open: openChat, revoke: remove },
  { label: "another program, HTTP", open: openHttp, revoke: rewrite },
];

export async function revocation(bench: Bench, home: Home, rounds: number): Promise<Table> {
  const rows = new Rows();
  const gateway = await startGatewayIn(home);
  const control = await Control.open(gateway.target(JSON_CALL).origin, home.gatewayToken);
  try {
    for (let round = 0; round < rounds; round++)
      for (const count of bench.quick ? COUNTS.slice(0, 1) : COUNTS)
        for (const { label, open, revoke } of CASES) {
          bench.progress(`${label}, ${count} streams, round ${round + 1} of ${rounds}`);
          await giveBack(control);
          const streams = await Promise.all(
            Array.from({ length: count }, (_, n) => open(gateway, control, n)),
          );
          await sleep(SETTLE_MS);
          const startedAt = performance.now();
          const ended = Promise.all(streams.map((one) => one.endedAt));
          const [ends] = await inTime(Promise.all([ended, revoke(home, control)]));
          const name = count === 1 ? "1 stream" : `${count} streams`;
          rows.add(`${label}, ${name}`, "ms", "openclaw", Math.max(...ends) - startedAt);
        }
  } finally {
    control.close();
    await gateway.stop();
  }
  const title = "Credentials removed to last byte";
  return { title, subjects: ["openclaw"], ratios: [], rows: rows.list() };
}

const giveBack = (control: Control): Promise<unknown> =>
  control.ask("models.auth.paste-api-key", { provider: "bench", profileId: "bench:key1", key: KEY });

const clients = new Agent({ connections: 1_000 });

async function openHttp(gateway: Contestant): Promise<Stream> {
  const { origin, path, headers } = gateway.target(JSON_CALL);
  const payload = { model: ENDLESS_MODEL, frames: 1, promptBytes: 100 };
  const body = bodyOf(payload, `bench/${ENDLESS_MODEL}`);
  const answer = await request(`${origin}${path}`, { method: "POST", headers, body, dispatcher: clients });
  if (answer.statusCode !== 200) throw new Error(`A stream did not begin: ${await answer.body.text()}`);
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const endedAt = (async () => {
    for await (const _ of answer.body) begin();
    return performance.now();
  })();
  await begun;
  return { endedAt };
}

async function openChat(_: Contestant, control: Control, n: number): Promise<Stream> {
  const sessionKey = `held-${n}`;
  await control.ask("sessions.patch", { key: sessionKey, model: `bench/${ENDLESS_MODEL}` });
  const { sent, ended, hasBegun } = control.say(sessionKey, "Go on and on.");
  await sent;
  while (!hasBegun()) await sleep(5);
  return { endedAt: ended.then(() => performance.now()) };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = AbortSignal.timeout(LIMIT_MS);
  return await Promise.race([
    work,
    once(late, "abort").then(() => {
      throw new Error("A stream goes on although its credential is gone.");
    }),
  ]);
}
