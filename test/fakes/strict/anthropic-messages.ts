// Anthropic's messages, as strict as the real one. Rules: the public API reference, and its own words of 400.
import type { Call } from "../scripted-upstream.ts";
import { resetAfterFrames } from "../upstream-actions.ts";
import { answer, start } from "./anthropic-messages-answer.ts";
import type { Given, Seen, SeenPart, StrictWire } from "./rules.ts";
import { isBase64, must, mustAnswerAll, only } from "./rules.ts";
import { mustBeAnthropicFormat, mustBeAnthropicInput } from "./schemas.ts";

const FIELDS = [
  ..."model messages max_tokens stream system temperature top_p top_k stop_sequences tools tool_choice".split(
    " ",
  ),
  ..."thinking output_config metadata service_tier context_management".split(" "),
];
const NAME = /^[a-zA-Z0-9_-]{1,128}$/;

function see({ headers, body: { json } }: Call, given: Given): Seen {
  must(headers["anthropic-version"], "anthropic-version: header is required");
  only(json, FIELDS, "body");
  must(Number.isInteger(json.max_tokens) && json.max_tokens > 0, "max_tokens: Field required");
  must(
    json.temperature === undefined || (json.temperature >= 0 && json.temperature <= 1),
    "temperature: range: 0..1",
  );
  must(
    json.temperature === undefined || json.top_p === undefined,
    "`temperature` and `top_p` cannot both be specified",
  );
  const blocks = [...[json.system ?? []].flat(), ...json.messages.flatMap(({ content }: any) => content)];
  const marks =
    blocks.filter((block: any) => block?.cache_control).length +
    (json.tools ?? []).filter((tool: any) => tool.cache_control).length;
  must(marks <= 4, "A maximum of 4 blocks with cache_control may be provided");
  const thinks = mustThinkRightly(json);
  const turns = turnsIn(json.messages, given);
  mustPair(json.messages);
  if (json.output_config?.format) mustBeAnthropicFormat(json.output_config.format.schema);
  const tools = toolsIn(json);
  return {
    system:
      typeof json.system === "string"
        ? json.system
        : (json.system ?? []).map(({ text }: any) => text).join("\n"),
    turns,
    tools,
    hasSchema: json.output_config?.format !== undefined,
    thinks,
  };
}

function toolsIn(json: any): string[] {
  must(!json.tool_choice || json.tools, "tool_choice may only be specified while providing tools");
  const names = (json.tools ?? []).flatMap((tool: any) => {
    if ((tool.type ?? "custom") !== "custom") return [];
    only(
      tool,
      ["type", "name", "description", "input_schema", "cache_control", "strict", "eager_input_streaming"],
      "tools[]",
    );
    must(NAME.test(tool.name), `tools[].name: ${tool.name}`);
    mustBeAnthropicInput(tool.input_schema);
    return [tool.name];
  });
  must(new Set(names).size === names.length, "tools: Tool names must be unique");
  return names;
}

function mustThinkRightly(json: any): boolean {
  const { thinking } = json;
  if (!thinking || thinking.type === "disabled") return false;
  if (thinking.type === "enabled") {
    must(thinking.budget_tokens >= 1024, "thinking.budget_tokens: at least 1024");
    must(
      thinking.budget_tokens < json.max_tokens,
      "`max_tokens` must be greater than `thinking.budget_tokens`",
    );
  }
  must(
    json.temperature === undefined || json.temperature === 1,
    "`temperature` may only be set to 1 when thinking is enabled",
  );
  must(json.top_k === undefined, "`top_k` must be unset when thinking is enabled");
  must(
    !["any", "tool"].includes(json.tool_choice?.type),
    "Thinking may not be enabled when tool_choice forces tool use",
  );
  const last = json.messages.findLast(({ role }: any) => role === "assistant");
  const inLoop = json.messages.at(-1).content.some?.(({ type }: any) => type === "tool_result");
  if (thinking.type === "enabled" && inLoop)
    must(
      /thinking/.test(last.content[0].type),
      `Expected \`thinking\` or \`redacted_thinking\`, but found \`${last.content[0].type}\``,
    );
  return true;
}

function turnsIn(messages: any[], given: Given): Seen["turns"] {
  must(messages?.length > 0, "messages: at least one message is required");
  must(messages[0].role === "user", "messages: first message must use the user role");
  return messages.map(({ role, content }, i) => {
    const place = `messages.${i}`;
    must(role === "user" || role === "assistant", `${place}.role: ${role}`);
    must(i === 0 || role !== messages[i - 1].role, `${place}: roles must alternate`);
    const blocks = typeof content === "string" ? [{ type: "text", text: content }] : content;
    must(blocks.length > 0, `${place}: all messages must have non-empty content`);
    if (role === "assistant")
      must(!/thinking/.test(blocks.at(-1).type), `${place}: the final block cannot be thinking`);
    if (role === "assistant" && i === messages.length - 1)
      must(
        !/\s$/.test(blocks.at(-1).text ?? ""),
        "final assistant content cannot end with trailing whitespace",
      );
    return { role, parts: blocks.flatMap((block: any) => partsOf(block, role, place, given)) };
  });
}

function partsOf(block: any, role: string, place: string, given: Given): SeenPart[] {
  const known =
    role === "user"
      ? ["text", "image", "document", "tool_result"]
      : ["text", "thinking", "redacted_thinking", "tool_use"];
  must(known.includes(block.type), `${place}: ${block.type} in a ${role}'s message`);
  switch (block.type) {
    case "text":
      must(block.text?.trim() !== "", `${place}: text content blocks must contain non-whitespace text`);
      return [{ kind: "text", text: block.text }];
    case "image":
      must(
        block.source.type === "url" ||
          (isBase64(block.source.data) && block.source.media_type.startsWith("image/")),
        `${place}: image`,
      );
      return [{ kind: "image", data: block.source.data }];
    case "thinking":
      only(block, ["type", "thinking", "signature"], place);
      must(
        given.get(block.signature) === block.thinking,
        `${place}: Invalid \`signature\` in \`thinking\` block`,
      );
      return [{ kind: "thinking", text: block.thinking }];
    case "tool_use":
      only(block, ["type", "id", "name", "input", "cache_control"], place);
      must(/^[a-zA-Z0-9_-]+$/.test(block.id) && NAME.test(block.name), `${place}.tool_use.id`);
      must(
        typeof block.input === "object" && block.input !== null,
        `${place}.tool_use.input: should be a dictionary`,
      );
      return [{ kind: "call", id: block.id, name: block.name, args: block.input }];
    case "tool_result":
      only(block, ["type", "tool_use_id", "content", "is_error", "cache_control"], place);
      return [
        { kind: "result", id: block.tool_use_id, text: resultText(block.content) },
        ...imagesIn(block.content),
      ];
    default:
      return [{ kind: "text", text: "(a document)" }];
  }
}

const imagesIn = (content: any): SeenPart[] =>
  [content].flat().flatMap((each: any) => (each?.source ? [{ kind: "image", data: each.source.data }] : []));

const resultText = (content: any): string =>
  typeof content === "string" ? content : (content ?? []).map(({ text }: any) => text ?? "").join("");

function mustPair(messages: any[]): void {
  const idsIn = (i: number, type: string, id: string): string[] =>
    Array.isArray(messages[i]?.content)
      ? messages[i].content.filter((block: any) => block.type === type).map((block: any) => block[id])
      : [];
  for (const [i, { content }] of messages.entries()) {
    if (messages[i].role === "assistant")
      mustAnswerAll(idsIn(i, "tool_use", "id"), idsIn(i + 1, "tool_result", "tool_use_id"), `messages.${i}`);
    const types = Array.isArray(content) ? content.map(({ type }: any) => type) : [];
    const last = types.lastIndexOf("tool_result");
    must(
      types.slice(0, last + 1).every((type) => type === "tool_result"),
      `messages.${i}: tool_result blocks come first`,
    );
    if (i === 0) must(last === -1, "messages.0: unexpected `tool_use_id` found in `tool_result` blocks");
  }
}

export const messages: StrictWire = {
  api: "anthropic-messages",
  see,
  answer,
  cutOff: (call) => resetAfterFrames(1, { frames: [start(call)] }),
  error: (status, message) => ({
    type: "error",
    error: {
      type:
        ({ 400: "invalid_request_error", 401: "authentication_error" } as Record<number, string>)[status] ??
        "rate_limit_error",
      message,
    },
  }),
};
