// How a turn ended: what its listeners are told, and what is kept of it.
import { setImmediate } from "node:timers/promises";
import type { RunResult } from "../../access/run.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import type { ChatMessage } from "../../core/session.ts";
import { errorKindOf } from "./fallback-steps.ts";
import type { TurnEvents } from "./turn-events.ts";
import { tellMove, tellSteps } from "./turn-moves.ts";
import type { TurnSink } from "./turn-sink.ts";

export type TurnEnd = { readonly startedAt: number; readonly endedAt: number; readonly served?: ModelRef } & (
  | { readonly kind: "ok" | "aborted"; readonly message: ChatMessage; readonly stopReason: string }
  | { readonly kind: "error"; readonly error: string; readonly errorKind?: string }
);

export const UNEXPECTED =
  "The turn failed in a way that was not expected. The gateway's log has the details.";

export interface EndedTurn {
  readonly events: TurnEvents;
  readonly sink: Pick<TurnSink, "text" | "finish" | "refusal">;
  readonly result: RunResult;
  /** in the order in which they were asked */
  readonly models: readonly ModelRef[];
  /** what answered, or was asked last */
  readonly served: ModelRef | undefined;
  /** what answered the turn before */
  readonly before: ModelRef | undefined;
  /** why somebody ended it */
  readonly stopReason: string | undefined;
  readonly times: Pick<TurnEnd, "startedAt" | "endedAt" | "served">;
  /** what was said so far, as a row */
  readonly message: (stopReason: string) => ChatMessage;
  readonly keep: (message: ChatMessage) => Promise<void>;
}

export async function settleTurn(ended: EndedTurn): Promise<TurnEnd> {
  const { events, sink, result, models, times, message: rowOf, keep } = ended;
  tellSteps(events, models, result);
  if (result.kind === "exhausted" || result.kind === "cut") {
    const { message: error = UNEXPECTED } = sink.refusal ?? {};
    const errorKind = errorKindOf(result.failure?.kind);
    if (sink.text !== "") await keep(rowOf("error"));
    events.failed(error, errorKind);
    return { kind: "error", error, errorKind, ...times };
  }
  if (result.kind === "aborted") {
    const stopReason = ended.stopReason ?? sink.finish ?? "stop";
    const message = rowOf("aborted");
    // Whoever ended it does not wait for the disk, and what ends with it is told before any of it is kept.
    events.aborted(sink.text === "" ? undefined : message, stopReason);
    if (sink.text !== "") await setImmediate().then(() => keep(message));
    return { kind: "aborted", message, stopReason, ...times };
  }
  const stopReason = sink.finish ?? "stop";
  const message = rowOf(stopReason);
  await keep(message);
  events.final(message, stopReason);
  tellMove(events, models[0]!, ended.before, result);
  return { kind: "ok", message, stopReason, ...times };
}
