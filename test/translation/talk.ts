// One question, its answer and the results of its calls, as a client of each protocol sends them back.
import type { JsonObject } from "../../src/core/json.ts";

type Echo = (answer: JsonObject) => JsonObject;

const list = (value: unknown): any[] => (Array.isArray(value) ? value : []);

const chat: Echo = (answer) => {
  const { message } = list(answer["choices"])[0];
  const results = list(message.tool_calls).map(({ id }) => ({
    role: "tool",
    tool_call_id: id,
    content: "ok",
  }));
  return {
    messages: [{ role: "user", content: "Hi" }, message, ...results, { role: "user", content: "Go on" }],
  };
};

const responses: Echo = (answer) => {
  const results = list(answer["output"])
    .filter(({ type }) => type === "function_call")
    .map(({ call_id }) => ({ type: "function_call_output", call_id, output: "ok" }));
  return {
    input: [
      { role: "user", content: "Hi" },
      ...list(answer["output"]),
      ...results,
      { role: "user", content: "Go on" },
    ],
  };
};

const messages: Echo = ({ content }) => {
  const results = list(content)
    .filter(({ type }) => type === "tool_use")
    .map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: "ok" }));
  return {
    max_tokens: 100,
    messages: [
      { role: "user", content: "Hi" },
      { role: "assistant", content },
      { role: "user", content: [...results, { type: "text", text: "Go on" }] },
    ],
  };
};

export const ECHOES: Readonly<Record<string, Echo>> = {
  "openai-completions": chat,
  "openai-responses": responses,
  "anthropic-messages": messages,
};
