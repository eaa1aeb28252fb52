// One call to one provider with one credential, for whoever wants to know what comes of it: probe and scan.
// It goes through the same exchange as a client's call, so both judge an answer alike.
import type { Dispatcher } from "undici";
import type { AuthProfile } from "../core/credential.ts";
import { classify } from "../core/failure/classify.ts";
import type { Failure } from "../core/failure/failure.ts";
import type { JsonObject } from "../core/json.ts";
import { parseObject } from "../core/json.ts";
import type { Secret } from "../core/secret.ts";
import type { Exchanged } from "../oauth/exchange.ts";
import type { Environment } from "../secrets/env.ts";
import type { ProviderWire } from "../wire/wire.ts";
import { networkAnswer } from "./answer.ts";
import { callHeaders, joinPath, pairsWithout, toSign } from "./call-parts.ts";
import type { Outcome, UpstreamCall } from "./exchange.ts";
import { exchange } from "./exchange.ts";
import { HeldSink } from "./held-sink.ts";
import type { ProviderRoute } from "./provider-route.ts";
import { configuredHeaders, credentialHeaders } from "./request-auth.ts";

export interface OneCall {
  readonly dispatcher: Pick<Dispatcher, "dispatch">;
  readonly route: ProviderRoute;
  readonly wire: ProviderWire;
  readonly profile: AuthProfile;
  readonly secret: Secret | undefined;
  /** what the secret came from, where it is no stored one */
  readonly pass?: Exchanged | undefined;
  readonly env: Environment;
  /** the provider's name of it */
  readonly model: string;
  /** asks for a stream */
  readonly body: JsonObject;
  /** ms for all of it */
  readonly timeoutMs: number;
  /** ms that the person allowed, of which some may have passed */
  readonly allowedMs?: number;
  /** ms since epoch */
  readonly now: () => number;
  readonly signal?: AbortSignal | undefined;
}

export type CallResult =
  /** `answer`: as its bytes came; what there was of it when the time was over */
  | { readonly kind: "answered"; readonly answer: string; readonly latencyMs: number }
  | { readonly kind: "failed"; readonly failure: Failure; readonly latencyMs: number }
  /** the signal */
  | { readonly kind: "aborted" };

/** Beyond the call's own deadline, which is exact. */
const SLACK_MS = 5000;

/** Never rejects. */
export async function callOnce(call: OneCall): Promise<CallResult> {
  // A signal that was raised before tells nobody who begins to listen now.
  if (call.signal?.aborted) return { kind: "aborted" };
  const startedAt = call.now();
  const upstream = upstreamCall(call);
  const sink = new HeldSink();
  const left = Promise.withResolvers<Outcome>();
  // An exchange hears of it once it has a connection, which may never be.
  const leave = () => {
    sink.leave();
    left.resolve({ kind: "aborted" });
  };
  const timer = setTimeout(leave, call.timeoutMs);
  call.signal?.addEventListener("abort", leave, { once: true });
  try {
    const ended = exchangeTwice(upstream, sink, call.now);
    const outcome = await Promise.race([ended, left.promise]);
    return resultOf(call, sink, outcome, Math.max(0, call.now() - startedAt));
  } finally {
    clearTimeout(timer);
    call.signal?.removeEventListener("abort", leave);
  }
}

/** A connection that was dead before it was used says nothing about the credential. */
async function exchangeTwice(upstream: UpstreamCall, sink: HeldSink, now: () => number): Promise<Outcome> {
  const first = await exchange(upstream, sink, now);
  return first.kind === "failed" && first.staleSocket === true ? exchange(upstream, sink, now) : first;
}

function upstreamCall({
  dispatcher,
  route,
  wire,
  profile,
  secret,
  pass,
  env,
  model,
  body: asked,
  timeoutMs,
}: OneCall): UpstreamCall {
  const configured = configuredHeaders(route, env);
  const names = new Set(configured.map(([name]) => name));
  const own = configured.flatMap(([name, value]) => [name, value.reveal()]);
  const others = callHeaders(wire, pass?.sign ? [] : credentialHeaders(route, profile, secret));
  const path = joinPath(route.basePath, wire.pathFor?.(model, true) ?? wire.endpoint);
  const body = Buffer.from(JSON.stringify(asked));
  const signature = pass?.sign?.(toSign(route.origin, path, body)) ?? [];
  return {
    dispatcher,
    origin: route.origin,
    path,
    headers: [
      "accept",
      wire.framing?.accept ?? "text/event-stream",
      ...pairsWithout(others, names),
      ...own,
      ...signature,
    ],
    body,
    wire,
    provider: profile.provider,
    secrets: [...(secret ? [secret] : []), ...(pass?.further ?? []), ...configured.map(([, value]) => value)],
    stream: true,
    firstByteTimeoutMs: timeoutMs + SLACK_MS,
    answerTimeoutMs: timeoutMs + SLACK_MS,
    idleTimeoutMs: timeoutMs + SLACK_MS,
  };
}

function resultOf(call: OneCall, sink: HeldSink, outcome: Outcome, latencyMs: number): CallResult {
  const failed = (words: string): CallResult => {
    const failure = classify(call.profile.provider, networkAnswer(new Error(words)), call.now());
    return { kind: "failed", failure, latencyMs };
  };
  if (outcome.kind === "failed") return { kind: "failed", failure: outcome.failure, latencyMs };
  if (outcome.kind === "aborted" && call.signal?.aborted) return { kind: "aborted" };
  // Content was on its way when the time was over: the credential is taken.
  if (outcome.kind === "aborted" && !sink.opened)
    return failed(`No answer within ${call.allowedMs ?? call.timeoutMs} ms.`);
  const answer = sink.text();
  if (sink.framed || saysSomething(answer)) return { kind: "answered", answer, latencyMs };
  return failed("The answer is neither a stream nor an answer of a model.");
}

/** An answer in one piece where a stream was asked for: some servers know no streams. */
function saysSomething(text: string): boolean {
  const body = parseObject(text);
  return ["choices", "content", "output", "candidates"].some((key) => Array.isArray(body?.[key]));
}
