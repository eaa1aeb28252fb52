// A chat completion for a client, streamed or whole. Facts: the public API reference.
import type { JsonObject } from "../../../core/json.ts";
import { collect } from "../collect.ts";
import { defined } from "../fields.ts";
import type { AnswerEvent, FinishReason, TokenUsage } from "../neutral.ts";
import type { AnswerFrame, AnswerWriter } from "../translator.ts";

export function writer(frame: AnswerFrame): AnswerWriter {
  const base = {
    id: `chatcmpl_${frame.id}`,
    object: "chat.completion.chunk",
    created: frame.created,
    model: frame.model,
  };
  const chunk = (delta: JsonObject, finish: FinishReason | null = null) =>
    line({ ...base, choices: [{ index: 0, delta, finish_reason: finish }] });
  let opening = chunk({ role: "assistant", content: "" });
  /** their place among the calls, by the index that the provider's wire gave */
  const places = new Map<number, number>();
  const write = (event: AnswerEvent): string => {
    switch (event.kind) {
      case "text":
        return chunk({ content: event.text });
      case "refusal":
        return chunk({ refusal: event.text });
      case "thinking":
        return chunk({ reasoning_content: event.text });
      case "signature":
        return "";
      case "tool":
        places.set(event.index, places.size);
        return chunk({
          tool_calls: [
            {
              index: places.get(event.index),
              id: event.id,
              type: "function",
              function: { name: event.name, arguments: "" },
            },
          ],
        });
      case "arguments":
        return chunk({
          tool_calls: [{ index: places.get(event.index), function: { arguments: event.text } }],
        });
      case "finish": {
        const usage = frame.usage && event.usage;
        return chunk({}, event.reason) + (usage ? line({ ...base, choices: [], usage: usageOf(usage) }) : "");
      }
    }
  };
  return {
    add(event) {
      const first = opening;
      opening = "";
      return first + write(event);
    },
    end: () => `${opening}data: [DONE]\n\n`,
  };
}

const line = (value: JsonObject): string => `data: ${JSON.stringify(value)}\n\n`;

export function writeAnswer(events: readonly AnswerEvent[], frame: AnswerFrame): JsonObject {
  const { text, refusal, thinking, calls, finish } = collect(events);
  const message = defined({
    role: "assistant",
    content: text === "" && (calls.length > 0 || refusal !== "") ? null : text,
    refusal: refusal === "" ? null : refusal,
    reasoning_content: thinking === "" ? undefined : thinking,
    tool_calls:
      calls.length === 0
        ? undefined
        : calls.map(({ id, name, arguments: given }) => ({
            id,
            type: "function",
            function: { name, arguments: given },
          })),
  });
  return defined({
    id: `chatcmpl_${frame.id}`,
    object: "chat.completion",
    created: frame.created,
    model: frame.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finish.reason }],
    usage: finish.usage ? usageOf(finish.usage) : undefined,
  });
}

function usageOf({ input, output, cacheRead, reasoning }: TokenUsage): JsonObject {
  return defined({
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: cacheRead === undefined ? undefined : { cached_tokens: cacheRead },
    completion_tokens_details: reasoning === undefined ? undefined : { reasoning_tokens: reasoning },
  });
}
