// The row of a transcript that an answer becomes.
import type { ModelRef } from "../../core/model-ref.ts";
import type { ChatMessage } from "../../core/session.ts";
import type { TokenUsage } from "../../wire/translate/neutral.ts";
import type { Gateway } from "../gateway.ts";
import { TURN_WIRE } from "./turn-call.ts";

export interface Answer {
  readonly text: string;
  readonly usage: TokenUsage | undefined;
  /** by which model it was made, as far as one was asked */
  readonly served: ModelRef | undefined;
  readonly stopReason: string;
  readonly runId: string;
}

/** An answer that was ended inside a letter of two halves has none of it: providers refuse a talk with half a letter. */
export const answerMessage = (answer: Answer, gateway: Gateway): ChatMessage => ({
  role: "assistant",
  content: [{ type: "text", text: answer.text.toWellFormed() }],
  timestamp: gateway.now(),
  runId: answer.runId,
  api: TURN_WIRE.api,
  ...(answer.served ? { provider: answer.served.provider, model: answer.served.model } : {}),
  ...(answer.usage ? { usage: usageRow(answer.usage, answer.served, gateway) } : {}),
  stopReason: answer.stopReason,
});

const NANO = 1e9;

function usageRow(usage: TokenUsage, served: ModelRef | undefined, { prices, config }: Gateway) {
  const { input, output, cacheRead = 0, cacheWrite = 0 } = usage;
  const cost = served && prices.nanoDollars(config(), served, { inputTokens: input, outputTokens: output });
  return {
    input,
    output,
    totalTokens: input + output,
    cacheRead,
    cacheWrite,
    ...(cost === undefined ? {} : { cost: { total: cost / NANO } }),
  };
}
