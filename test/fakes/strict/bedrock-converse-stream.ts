// Bedrock's Converse, as strict as the real one; frames are made by AWS's own codec. Rules: the public API reference,
// and its own words of ValidationException.
import { EventStreamCodec } from "@smithy/eventstream-codec";
import type { Action, Call } from "../scripted-upstream.ts";
import { reply } from "../upstream-actions.ts";
import type { Given, Saying, Seen, SeenPart, StrictWire } from "./rules.ts";
import { isBase64, isObject, must, mustAnswerAll, nextId, only, pieces, prove } from "./rules.ts";
import { mustBeAnthropicFormat, mustBeAnthropicInput } from "./schemas.ts";

const FIELDS = [
  ..."messages system toolConfig inferenceConfig outputConfig additionalModelRequestFields".split(" "),
  ..."additionalModelResponseFieldPaths guardrailConfig requestMetadata performanceConfig".split(" "),
];
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

function see({ body: { json } }: Call, given: Given): Seen {
  only(json, FIELDS, "body");
  only(json.inferenceConfig ?? {}, ["maxTokens", "temperature", "topP", "stopSequences"], "inferenceConfig");
  const { messages } = json;
  must(messages?.length > 0 && messages[0].role === "user", "A conversation must start with a user message");
  const idsIn = (i: number, block: string): string[] =>
    (messages[i]?.content ?? []).flatMap((each: any) => (each[block] ? [each[block].toolUseId] : []));
  for (const [i, { role, content, ...rest }] of messages.entries()) {
    only(rest, [], `messages.${i}`);
    must(
      role === (i % 2 === 0 ? "user" : "assistant"),
      "A conversation must alternate between user and assistant roles",
    );
    must(content.length > 0, `The content field in the Message object at messages.${i} is empty`);
    if (role === "assistant") mustAnswerAll(idsIn(i, "toolUse"), idsIn(i + 1, "toolResult"), `messages.${i}`);
  }
  must(
    idsIn(0, "toolResult").length === 0,
    "The number of toolResult blocks exceeds the number of toolUse blocks of previous turn",
  );
  const blocks = [...(json.system ?? []), ...messages.flatMap(({ content }: any) => content)];
  must(blocks.filter((block: any) => block.cachePoint).length <= 4, "at most 4 cache points");
  const tools = toolsIn(json);
  if (blocks.some((block: any) => block.toolUse || block.toolResult))
    must(
      tools.length > 0,
      "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
    );
  const format = json.outputConfig?.textFormat?.structure?.jsonSchema?.schema;
  if (format) mustBeAnthropicFormat(JSON.parse(format));
  const thinking = json.additionalModelRequestFields?.thinking;
  if (thinking?.type === "enabled") mustThinkRightly(json, thinking.budget_tokens);
  return {
    system: (json.system ?? []).map(({ text }: any) => text ?? "").join("\n"),
    turns: messages.map(({ role, content }: any, i: number) => ({
      role,
      parts: content.flatMap((block: any) => partsOf(block, `messages.${i}`, given)),
    })),
    tools,
    hasSchema: format !== undefined,
    thinks: thinking !== undefined,
  };
}

function mustThinkRightly(json: any, budget: number): void {
  must(
    budget >= 1024 && budget < json.inferenceConfig.maxTokens,
    "`max_tokens` must be greater than `thinking.budget_tokens`",
  );
  const last = json.messages.findLast(({ role }: any) => role === "assistant");
  const inLoop = json.messages.at(-1).content.some(({ toolResult }: any) => toolResult);
  if (inLoop)
    must(
      last.content[0].reasoningContent,
      "Expected `thinking` or `redacted_thinking`, but found `tool_use`",
    );
}

function toolsIn({ toolConfig }: any): string[] {
  if (!toolConfig) return [];
  only(toolConfig, ["tools", "toolChoice"], "toolConfig");
  return toolConfig.tools.flatMap((tool: any) => {
    if (tool.cachePoint) return [];
    only(tool.toolSpec, ["name", "description", "inputSchema", "strict"], "toolSpec");
    must(NAME.test(tool.toolSpec.name), `toolSpec.name: ${tool.toolSpec.name}`);
    must(tool.toolSpec.description !== "", "toolSpec.description: at least 1 character");
    mustBeAnthropicInput(tool.toolSpec.inputSchema.json);
    return [tool.toolSpec.name];
  });
}

function partsOf(block: any, place: string, given: Given): SeenPart[] {
  must(Object.keys(block).length === 1, `${place}: a content block is one of its kinds`);
  const [kind, value] = Object.entries<any>(block)[0]!;
  switch (kind) {
    case "text":
      must(value.trim() !== "", `${place}: The text field in the ContentBlock object is blank`);
      return [{ kind: "text", text: value }];
    case "image":
      must(
        ["png", "jpeg", "gif", "webp"].includes(value.format) && isBase64(value.source.bytes),
        `${place}.image`,
      );
      return [{ kind: "image", data: value.source.bytes }];
    case "toolUse":
      must(NAME.test(value.toolUseId) && isObject(value.input), `${place}.toolUse`);
      return [{ kind: "call", id: value.toolUseId, name: value.name, args: value.input }];
    case "toolResult":
      only(value, ["toolUseId", "content", "status"], place);
      return [
        { kind: "result", id: value.toolUseId, text: value.content.map((each: any) => each.text).join("") },
        ...value.content.flatMap((each: any) => (each.image ? partsOf(each, place, given) : [])),
      ];
    case "reasoningContent": {
      const { text, signature } = value.reasoningText;
      must(given.get(signature) === text, `${place}: Invalid \`signature\` in \`thinking\` block`);
      return [{ kind: "thinking", text }];
    }
    case "cachePoint":
      return [];
    default:
      must(kind === "document", `${place}: unknown block ${kind}`);
      return [{ kind: "text", text: "(a document)" }];
  }
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString("utf8"),
  (text) => Buffer.from(text, "utf8"),
);
const TEXT = "string" as const;
const frame = (name: string, value: unknown): Uint8Array =>
  codec.encode({
    headers: {
      ":message-type": { type: TEXT, value: "event" },
      ":event-type": { type: TEXT, value: name },
    },
    body: Buffer.from(JSON.stringify(value)),
  });

const USAGE = { inputTokens: 11, outputTokens: 7, totalTokens: 18 };

function answer({ thinking, text, calls = [] }: Saying, call: Call, given: Given): Action {
  const content = [
    ...(thinking
      ? [
          {
            reasoningContent: {
              reasoningText: { text: thinking, signature: prove(given, thinking, "bedrock") },
            },
          },
        ]
      : []),
    ...(text ? [{ text }] : []),
    ...calls.map(({ name, args }) => ({ toolUse: { toolUseId: nextId("tooluse_"), name, input: args } })),
  ];
  const stopReason = calls.length > 0 ? "tool_use" : "end_turn";
  if (!call.path.endsWith("converse-stream"))
    return reply({
      body: {
        output: { message: { role: "assistant", content } },
        stopReason,
        usage: USAGE,
        metrics: { latencyMs: 1 },
      },
    });
  return framed([
    frame("messageStart", { role: "assistant" }),
    ...content.flatMap((block, index) => blockFrames(block, index)),
    frame("messageStop", { stopReason }),
    frame("metadata", { usage: USAGE, metrics: { latencyMs: 1 } }),
  ]);
}

function blockFrames(block: any, contentBlockIndex: number): Uint8Array[] {
  const delta = (inner: object) => frame("contentBlockDelta", { contentBlockIndex, delta: inner });
  const stop = frame("contentBlockStop", { contentBlockIndex });
  if (block.text) return [...pieces(block.text).map((text) => delta({ text })), stop];
  if (block.toolUse) {
    const { input, ...toolUse } = block.toolUse;
    const parts = pieces(JSON.stringify(input)).map((part) => delta({ toolUse: { input: part } }));
    return [frame("contentBlockStart", { contentBlockIndex, start: { toolUse } }), ...parts, stop];
  }
  const { text, signature } = block.reasoningContent.reasoningText;
  const thoughts = pieces(text).map((part) => delta({ reasoningContent: { text: part } }));
  return [...thoughts, delta({ reasoningContent: { signature } }), stop];
}

const framed =
  (frames: Uint8Array[], cuts = false): Action =>
  async ({ response, cut }) => {
    response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
    for (const each of frames) await new Promise((resolve) => response.write(each, resolve));
    if (cuts) cut("reset");
    else response.end();
  };

export const bedrock: StrictWire = {
  api: "bedrock-converse-stream",
  see,
  answer,
  cutOff: () => framed([frame("messageStart", { role: "assistant" })], true),
  error: (_status, message) => ({ message }),
};
