// A run of an agent, asked of the gateway: whoever presses Ctrl-C ends it there as well.
import type { JsonObject } from "../core/json.ts";
import type { CallTarget } from "../gateway/control-plane/call-target.ts";
import { callGateway } from "../gateway/control-plane/client.ts";
import type { CallAnswer } from "../gateway/control-plane/link.ts";
import { untilInterrupted } from "./interrupt.ts";

/** The gateway ends the run in time; this is for one that does not answer at all. */
const GRACE_MS = 10_000;
/** Longest time that a timer takes. */
const LONGEST_MS = 2_147_483_647;
const ABORT_WITHIN_MS = 5000;

/**
 * @param params of the method `agent`, but for the run's id
 * @param timeoutMs 0: none
 * @throws AccessError `upstream_failed` when nobody answers; `cancelled` after a Ctrl-C
 */
export function callAgent(
  target: CallTarget,
  params: JsonObject,
  { timeoutMs, version }: { readonly timeoutMs: number; readonly version: string },
): Promise<CallAnswer> {
  const idempotencyKey = crypto.randomUUID();
  const waitMs = timeoutMs === 0 ? LONGEST_MS : Math.min(timeoutMs + GRACE_MS, LONGEST_MS);
  const run = () =>
    callGateway(target, {
      method: "agent",
      params: { ...params, idempotencyKey },
      timeoutMs: waitMs,
      expectFinal: true,
      version,
    });
  const abort = () =>
    callGateway(target, {
      method: "sessions.abort",
      params: { runId: idempotencyKey },
      timeoutMs: ABORT_WITHIN_MS,
      expectFinal: false,
      version,
    });
  return untilInterrupted(async (signal) => {
    const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    return await Promise.race([run(), stopped.then(abort)]);
  }, "The answer was stopped.");
}
