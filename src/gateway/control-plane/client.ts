// One request to a gateway's control plane: connect, ask, hear the answer, leave.
import type { JsonObject } from "../../core/json.ts";
import type { CallTarget } from "./call-target.ts";
import type { CallAnswer } from "./link.ts";
import { LinkRefused, openLink } from "./link.ts";

export interface CallRequest {
  readonly method: string;
  readonly params: JsonObject;
  /** for all of it */
  readonly timeoutMs: number;
  /** An answer that only says that the work has begun is passed over. */
  readonly expectFinal: boolean;
  readonly version: string;
}

/** @throws AccessError `upstream_failed` when nobody answers, or not in time */
export async function callGateway(target: CallTarget, request: CallRequest): Promise<CallAnswer> {
  const { method, params, timeoutMs, expectFinal, version } = request;
  const startedAt = performance.now();
  try {
    const link = await openLink(target, { version, timeoutMs });
    const left = Math.max(1, Math.round(timeoutMs - (performance.now() - startedAt)));
    return await link.ask(method, params, { timeoutMs: left, expectFinal }).finally(() => link.close());
  } catch (error) {
    if (error instanceof LinkRefused) return { ok: false, error: error.shape };
    throw error;
  }
}
