// What a model says through Anthropic's messages. Facts: the public API reference (streaming events).
import type { Action, Call } from "../scripted-upstream.ts";
import { reply, stream } from "../upstream-actions.ts";
import type { Given, Saying } from "./rules.ts";
import { nextId, pieces, prove } from "./rules.ts";

const USAGE = {
  input_tokens: 11,
  output_tokens: 7,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
};
const frame = (event: any): string => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
export const start = (call: Call): string => {
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: call.body.json.model ?? "m",
    content: [],
  };
  return frame({
    type: "message_start",
    message: { ...message, stop_reason: null, stop_sequence: null, usage: USAGE },
  });
};

export function answer({ thinking, text, calls = [] }: Saying, call: Call, given: Given): Action {
  const content = [
    ...(thinking ? [{ type: "thinking", thinking, signature: prove(given, thinking, "claude") }] : []),
    ...(text ? [{ type: "text", text }] : []),
    ...calls.map(({ name, args }) => ({ type: "tool_use", id: nextId("toolu_"), name, input: args })),
  ];
  const stop = { stop_reason: calls.length > 0 ? "tool_use" : "end_turn", stop_sequence: null };
  if (call.body.json.stream !== true)
    return reply({
      body: {
        id: "msg_1",
        type: "message",
        role: "assistant",
        model: call.body.json.model,
        content,
        ...stop,
        usage: USAGE,
      },
    });
  const frames = content.flatMap((block, index) => blockFrames(block, index));
  const end = [
    frame({ type: "message_delta", delta: stop, usage: { output_tokens: 7 } }),
    frame({ type: "message_stop" }),
  ];
  return stream({ frames: [start(call), frame({ type: "ping" }), ...frames, ...end] });
}

function blockFrames(block: any, index: number): string[] {
  const delta = (inner: object) => frame({ type: "content_block_delta", index, delta: inner });
  const [empty, deltas] =
    block.type === "text"
      ? [{ type: "text", text: "" }, pieces(block.text).map((text) => delta({ type: "text_delta", text }))]
      : block.type === "thinking"
        ? [
            { type: "thinking", thinking: "", signature: "" },
            [
              ...pieces(block.thinking).map((thinking) => delta({ type: "thinking_delta", thinking })),
              delta({ type: "signature_delta", signature: block.signature }),
            ],
          ]
        : [
            { ...block, input: {} },
            pieces(JSON.stringify(block.input)).map((partial_json) =>
              delta({ type: "input_json_delta", partial_json }),
            ),
          ];
  return [
    frame({ type: "content_block_start", index, content_block: empty }),
    ...deltas,
    frame({ type: "content_block_stop", index }),
  ];
}
