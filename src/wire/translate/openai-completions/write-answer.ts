// A chat completion for a client, streamed or whole. Facts: the public API reference.
import type { JsonObject } from "../../../core/json.ts";
import { collect } from "../collect.ts";
import { defined } from "../fields.ts";
import type { AnswerEvent, FinishReason, TokenUsage } from "../neutral.ts";
import type { AnswerFrame, AnswerWriter } from "../translator.ts";

export function writer({ id, created, model, usage: wantsUsage }: AnswerFrame): AnswerWriter {
  const base = { id: `chatcmpl_${id}`, object: "chat.completion.chunk", created, model };
  // All that comes before a delta is the same in every chunk.
  const head = `data: ${JSON.stringify(base).slice(0, -1)},"choices":[{"index":0,"delta":`;
  const chunk = (delta: string, finish: FinishReason | null = null) =>
    `${head}${delta},"finish_reason":${finish === null ? "null" : `"${finish}"`}}]}\n\n`;
  let opening = chunk('{"role":"assistant","content":""}');
  /** their place among the calls, by the index that the provider's wire gave */
  const places = new Map<number, number>();
  let calls = 0;
  const write = (event: AnswerEvent): string => {
    switch (event.kind) {
      case "text":
        return chunk(`{"content":${JSON.stringify(event.text)}}`);
      case "refusal":
        return chunk(`{"refusal":${JSON.stringify(event.text)}}`);
      case "thinking":
        return chunk(`{"reasoning_content":${JSON.stringify(event.text)}}`);
      case "signature":
        return "";
      case "tool": {
        const index = calls++;
        places.set(event.index, index);
        const call = { index, id: event.id, type: "function", function: { name: event.name, arguments: "" } };
        return chunk(JSON.stringify({ tool_calls: [call] }));
      }
      case "arguments": {
        const place = places.get(event.index);
        if (place === undefined) return "";
        const text = JSON.stringify(event.text);
        return chunk(`{"tool_calls":[{"index":${place},"function":{"arguments":${text}}}]}`);
      }
      case "finish": {
        const usage = wantsUsage && event.usage;
        return (
          chunk("{}", event.reason) + (usage ? line({ ...base, choices: [], usage: usageOf(usage) }) : "")
        );
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

function usageOf({ input, output, cacheRead, cacheWrite, reasoning }: TokenUsage): JsonObject {
  const isCached = cacheRead !== undefined || cacheWrite !== undefined;
  return defined({
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: isCached
      ? defined({ cached_tokens: cacheRead ?? 0, cache_write_tokens: cacheWrite })
      : undefined,
    completion_tokens_details: reasoning === undefined ? undefined : { reasoning_tokens: reasoning },
  });
}
