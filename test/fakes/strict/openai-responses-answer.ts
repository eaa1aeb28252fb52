// What a model says through OpenAI's responses. Facts: the public API reference (streaming events).
import type { Action, Call } from "../scripted-upstream.ts";
import { reply, stream } from "../upstream-actions.ts";
import type { Given, Saying } from "./rules.ts";
import { nextId, pieces, prove } from "./rules.ts";

const USAGE = {
  input_tokens: 11,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 7,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 18,
};

function outputOf({ thinking, text, calls = [] }: Saying, call: Call, given: Given): any[] {
  const shown = call.body.json.include?.includes("reasoning.encrypted_content");
  const parts = [{ type: "output_text", text, annotations: [], logprobs: [] }];
  return [
    ...(thinking
      ? [
          {
            id: nextId("rs_"),
            type: "reasoning",
            summary: [{ type: "summary_text", text: thinking }],
            ...(shown ? { encrypted_content: prove(given, thinking, "openai") } : {}),
          },
        ]
      : []),
    ...(text
      ? [{ id: nextId("msg_"), type: "message", role: "assistant", status: "completed", content: parts }]
      : []),
    ...calls.map(({ name, args }) => {
      const call_id = nextId("call_");
      const base = { id: nextId("fc_"), call_id, name, status: "completed" };
      const isCustom = call.body.json.tools.some((tool: any) => tool.type === "custom" && tool.name === name);
      if (isCustom) return { ...base, type: "custom_tool_call", input: (args as any).input };
      return { ...base, type: "function_call", arguments: JSON.stringify(args) };
    }),
  ];
}

export function framesOf(output: any[], whole: any): string[] {
  const events: any[] = [];
  const begun = { ...whole, status: "in_progress", output: [], usage: null };
  events.push(
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
  );
  for (const [output_index, item] of output.entries()) {
    const at = { item_id: item.id, output_index };
    events.push({ type: "response.output_item.added", output_index, item: emptied(item) });
    if (item.type === "reasoning") {
      const { text } = item.summary[0];
      events.push({
        type: "response.reasoning_summary_part.added",
        ...at,
        summary_index: 0,
        part: { type: "summary_text", text: "" },
      });
      for (const delta of pieces(text))
        events.push({ type: "response.reasoning_summary_text.delta", ...at, summary_index: 0, delta });
    } else if (item.type === "message") {
      events.push({
        type: "response.content_part.added",
        ...at,
        content_index: 0,
        part: { ...item.content[0], text: "" },
      });
      for (const delta of pieces(item.content[0].text))
        events.push({ type: "response.output_text.delta", ...at, content_index: 0, delta, logprobs: [] });
      events.push({
        type: "response.output_text.done",
        ...at,
        content_index: 0,
        text: item.content[0].text,
        logprobs: [],
      });
    } else if (item.type === "function_call") {
      for (const delta of pieces(item.arguments))
        events.push({ type: "response.function_call_arguments.delta", ...at, delta });
      events.push({ type: "response.function_call_arguments.done", ...at, arguments: item.arguments });
    }
    events.push({ type: "response.output_item.done", output_index, item });
  }
  events.push({ type: "response.completed", response: whole });
  return events.map(
    (event, n) => `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: n })}\n\n`,
  );
}

const emptied = (item: any): any => {
  if (item.type === "message") return { ...item, status: "in_progress", content: [] };
  if (item.type === "reasoning") return { ...item, summary: [], encrypted_content: undefined };
  return { ...item, status: "in_progress", arguments: "" };
};

export function answer(saying: Saying, call: Call, given: Given): Action {
  const output = outputOf(saying, call, given);
  const { model } = call.body.json;
  const rest = {
    error: null,
    incomplete_details: null,
    parallel_tool_calls: true,
    tool_choice: "auto",
    tools: [],
  };
  const whole = {
    id: "resp_1",
    object: "response",
    created_at: 1,
    status: "completed",
    model,
    output,
    ...rest,
    usage: USAGE,
  };
  return call.body.json.stream === true
    ? stream({ frames: framesOf(output, whole) })
    : reply({ body: whole });
}
