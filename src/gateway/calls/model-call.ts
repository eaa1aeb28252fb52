// A model call from the client's request to its last byte: made ready, run, answered, settled.
import type { RunResult } from "../../access/run.ts";
import { run } from "../../access/run.ts";
import { readBody } from "../body.ts";
import { endCall } from "./call-end.ts";
import { tellWords } from "../chat/told-words.ts";
import { admit } from "./key-meter.ts";
import { HttpRun } from "../runs/http-run.ts";
import type { Served } from "./served.ts";
import type { Asked, Door } from "./incoming-call.ts";
import { readyCall } from "./ready-call.ts";

/**
 * Serves a call of `door`'s protocol.
 *
 * @throws AccessError before anything was sent
 */
export async function serveModelCall(asked: Asked, door: Door): Promise<void> {
  const { request, gateway, caller } = asked;
  const startedAt = gateway.now();
  const admitted = admit(caller, startedAt);
  if (admitted) await admitted;
  const limit = door.bodyBytes?.(gateway.config()) ?? gateway.accessConfig().gateway.maxBodyBytes;
  const call = { ...asked, door, startedAt };
  // Not `await readBody(…)`: a function that waits keeps what it has seen.
  const ready = await readBody(request, limit).then((body) => readyCall(call, body));
  if ("told" in ready) return ready.told && tellWords(asked.response, door.wire, ready.told);
  const { served, sink, order, session, seat } = ready;
  const underWay = new HttpRun(served, sink, seat?.name.key);
  gateway.runs.add(underWay);
  try {
    seat?.begin(underWay);
    const result = await metered(() => run(order, gateway), served);
    endCall(served, result, sink);
    if (session) await session.keep(result, served.runId, gateway);
  } finally {
    gateway.runs.delete(underWay);
    seat?.leave();
  }
  underWay.tell();
}

/** A run that cannot be made has used nothing. */
function metered(start: () => Promise<RunResult>, { meter, crossing }: Served): Promise<RunResult> {
  if (!meter && !crossing) return start();
  const begun = meter?.begin();
  return (begun ? begun.then(start) : start()).catch((error: unknown) => {
    meter?.settle();
    crossing?.settle();
    throw error;
  });
}
