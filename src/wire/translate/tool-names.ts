// Names of tools that some protocol refuses, under names that all of them take: letters, digits, `_` and `-`, 64
// at most, a letter first. The client hears its own names again.
import { createHash } from "node:crypto";
import type { Message, ModelRequest } from "./neutral.ts";

const FITTING = /^[a-zA-Z_][\w-]{0,63}$/;
const KEPT = 54;
const HASHED = 8;

export interface FittedRequest {
  readonly request: ModelRequest;
  /** fitted → the client's own; absent when all fit as they are */
  readonly names?: ReadonlyMap<string, string>;
}

export function fitToolNames(request: ModelRequest): FittedRequest {
  const fitted = new Map<string, string>();
  for (const name of namesIn(request)) if (!FITTING.test(name)) fitted.set(name, fittingName(name));
  if (fitted.size === 0) return { request };
  const nameOf = (name: string) => fitted.get(name) ?? name;
  const { tools, toolChoice, messages } = request;
  return {
    request: {
      ...request,
      tools: tools.map((tool) => ({ ...tool, name: nameOf(tool.name) })),
      messages: messages.map((message) => renamed(message, nameOf)),
      ...(typeof toolChoice === "object" ? { toolChoice: { name: nameOf(toolChoice.name) } } : {}),
    },
    names: new Map([...fitted].map(([own, name]) => [name, own])),
  };
}

function* namesIn({ tools, toolChoice, messages }: ModelRequest): Generator<string> {
  for (const { name } of tools) yield name;
  if (typeof toolChoice === "object") yield toolChoice.name;
  for (const { parts } of messages) for (const part of parts) if (part.kind === "tool_call") yield part.name;
}

const renamed = (message: Message, nameOf: (name: string) => string): Message =>
  message.role === "user"
    ? message
    : {
        role: "assistant",
        parts: message.parts.map((part) =>
          part.kind === "tool_call" ? { ...part, name: nameOf(part.name) } : part,
        ),
      };

function fittingName(name: string): string {
  const hash = createHash("sha256").update(name).digest("hex").slice(0, HASHED);
  const plain = name.slice(0, KEPT).replaceAll(/[^\w-]/g, "_");
  return `${/^[a-zA-Z_]/.test(plain) ? "" : "_"}${plain}_${hash}`;
}
