// One upstream call: bytes out, bytes back, and how it went. Until the answer is known to be one it is heard
// (hearing.ts); from then on it is passed to the client (passage.ts).
import type { Dispatcher } from "undici";
import type { Failure } from "../core/failure/failure.ts";
import type { Secret } from "../core/secret.ts";
import type { FoundUsage } from "../core/usage-window.ts";
import type { HeaderReader } from "../providers/usage/headers.ts";
import type { ProviderWire, Usage } from "../wire/wire.ts";
import { ExchangeHandler } from "./exchange-handler.ts";
import type { Sink } from "./sink.ts";

export interface UpstreamCall {
  readonly dispatcher: Pick<Dispatcher, "dispatch">;
  readonly origin: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly wire: ProviderWire;
  /** provider id, for the classifier */
  readonly provider: string;
  /** what was sent that upstream may echo and nobody may see */
  readonly secrets: readonly Secret[];
  readonly stream: boolean;
  /** reads usage windows from the answer's headers, where the provider tells them there */
  readonly usageHeaders?: HeaderReader | undefined;
  /** ms until the answer's headers */
  readonly firstByteTimeoutMs: number;
  /** ms from the headers until there is something to show: first content, or the whole of an answer in one piece */
  readonly answerTimeoutMs: number;
  /** ms between two pieces of the answer */
  readonly idleTimeoutMs: number;
}

export type Outcome =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly firstByteAt: number;
      readonly usage: Usage | undefined;
      /** what the headers told of the plan */
      readonly windows?: FoundUsage | undefined;
    }
  /** `visible`: the client has seen part of this answer. */
  | {
      readonly kind: "failed";
      readonly failure: Failure;
      readonly visible: boolean;
      readonly staleSocket?: boolean;
      readonly windows?: FoundUsage | undefined;
    }
  | { readonly kind: "aborted" };

/** Sends the call and passes a good answer into `sink`. Never rejects. */
export function exchange(call: UpstreamCall, sink: Sink, now: () => number): Promise<Outcome> {
  return new Promise((resolve) => {
    const handler = new ExchangeHandler(call, sink, now, resolve);
    call.dispatcher.dispatch(
      {
        origin: call.origin,
        path: call.path,
        method: "POST",
        headers: call.headers as string[],
        body: call.body,
        headersTimeout: call.firstByteTimeoutMs,
        bodyTimeout: call.idleTimeoutMs,
      },
      handler,
    );
  });
}
