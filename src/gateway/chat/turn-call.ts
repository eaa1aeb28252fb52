// A model call of a conversation: as a client's call, but asked by the gateway itself.
import type { Talk } from "../../access/cli-backends/sessions.ts";
import type { LiveAgent } from "../../access/live-agent.ts";
import type { RunResult } from "../../access/run.ts";
import { run } from "../../access/run.ts";
import type { JsonObject } from "../../core/json.ts";
import { beginsFlat } from "../../core/plan/crossing.ts";
import type { ChatMessage, TurnPlan } from "../../core/session.ts";
import { textOf } from "../../core/session.ts";
import type { Thinking } from "../../core/thinking.ts";
import { effortOf } from "../../core/thinking.ts";
import { openaiCompletions } from "../../wire/openai-completions.ts";
import { endCall } from "../calls/call-end.ts";
import { CallEstimate } from "../calls/call-estimate.ts";
import { OPERATOR } from "../guard/caller.ts";
import type { Gateway } from "../gateway.ts";
import { reach } from "../calls/reach.ts";
import { runOrder } from "../calls/run-order.ts";
import type { Served } from "../calls/served.ts";
import { newServed } from "../calls/served.ts";
import { byPrograms } from "../calls/target.ts";
import { newRunId } from "../runs/run-id.ts";
import { thinkingRequest } from "./thinking-words.ts";
import type { TurnSink } from "./turn-sink.ts";

/** The protocol in which the gateway asks: it has a word for all that a conversation holds. */
export const TURN_WIRE = openaiCompletions;

export interface TurnCall {
  readonly gateway: Gateway;
  readonly live: LiveAgent;
  readonly runId: string;
  readonly sessionKey: string;
  readonly sessionId: string;
  readonly plan: TurnPlan;
  readonly transcript: readonly ChatMessage[];
  readonly talk: Talk;
  readonly thinking: Thinking | undefined;
  readonly sink: TurnSink;
}

/** Models that are asked. */
export interface Asking {
  readonly plan: TurnPlan;
  readonly served: Served;
  readonly result: Promise<RunResult>;
}

/** @throws AccessError `bad_input` when no model of the plan can be asked */
export function askModels(call: TurnCall): Asking {
  const { gateway, live, plan, sink } = call;
  const said = { stream: true, messages: messagesOf(call.transcript) };
  const { body, bodyFor } = thinkingRequest(TURN_WIRE, said, effortOf(call.thinking));
  const wanted = byPrograms(gateway.config(), plan.models);
  const { models, asIs, request } = reach(wanted, TURN_WIRE, true, body, gateway);
  const gate = gateway.crossings.gate(gateway.accessConfig().crossing);
  const asked = { ...plan, models, ...(gate === undefined ? {} : { crossing: gate }) };
  const served = newServed({
    runId: call.runId,
    startedAt: gateway.now(),
    caller: OPERATOR,
    flatEstimate: beginsFlat(live.prepared, asked)
      ? new CallEstimate(() => sink.text.length, JSON.stringify(body).length, true)
      : undefined,
    crossingClosed: gate?.closed && { closed: gate.closed, until: gate.until },
    gateway,
    live,
    wire: TURN_WIRE,
    asIs,
    requested: call.sessionKey,
    plan: asked,
    session: `${call.sessionKey} ${call.sessionId}`,
  });
  const template = {
    wire: TURN_WIRE,
    endpoint: TURN_WIRE.endpoint,
    dispatcher: gateway.upstream,
    clientHeaders: {},
    talk: call.talk,
    env: gateway.env(),
    exchanged: gateway.exchanged,
    stream: true,
    bodyFor: bodyFor(models, gateway),
    limits: gateway.accessConfig().gateway,
  };
  const foreign = request && { ...request, stream: true, wantsUsage: true };
  const result = run(runOrder(served, sink, template, foreign), gateway);
  // Whoever asked may be waiting for something else first.
  result.catch(() => undefined);
  return { plan, served, result };
}

/** Nobody was told of it. @param runId what has come of it is a run of its own, unless it has this one */
export async function takeBack({ served, result }: Asking, sink: TurnSink, runId?: string): Promise<void> {
  sink.leave();
  const ended = await result.catch(() => undefined);
  if (ended) endCall({ ...served, runId: runId ?? newRunId(served.startedAt) }, ended, sink);
}

/** What was said, as the protocol has it; rows without words (a run that was stopped at once) say nothing. */
function messagesOf(transcript: readonly ChatMessage[]): JsonObject[] {
  return transcript
    .filter(
      ({ content, aside }) => !aside && content.some((part) => part.type === "image" || part.text !== ""),
    )
    .map((message) => ({ role: message.role, content: contentOf(message) }));
}

function contentOf(message: ChatMessage): string | JsonObject[] {
  if (message.content.every(({ type }) => type === "text")) return textOf(message);
  return message.content.map((part) =>
    part.type === "text"
      ? { type: "text", text: part.text }
      : { type: "image_url", image_url: { url: `data:${part.mimeType};base64,${part.data}` } },
  );
}
