// A whole answer out of its pieces.
import type { AnswerEvent, Signature } from "./neutral.ts";

export interface CollectedCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** Thinking, text and calls in the order in which they came; pieces of one kind are joined. */
export type CollectedPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "refusal"; readonly text: string }
  | { readonly kind: "thinking"; readonly text: string; readonly signature?: Signature }
  | ({ readonly kind: "tool_call" } & CollectedCall);

export interface Collected {
  readonly parts: readonly CollectedPart[];
  readonly text: string;
  readonly refusal: string;
  readonly thinking: string;
  readonly calls: readonly CollectedCall[];
  readonly finish: Extract<AnswerEvent, { kind: "finish" }>;
}

type Open =
  | { kind: "text" | "refusal"; text: string }
  | { kind: "thinking"; text: string; signature?: Signature }
  | { kind: "tool_call"; index: number; id: string; name: string; arguments: string };

export function collect(events: readonly AnswerEvent[]): Collected {
  const parts: Open[] = [];
  let finish: Collected["finish"] = { kind: "finish", reason: "stop" };
  for (const event of events) {
    if (event.kind === "finish") finish = event;
    else take(parts, event);
  }
  const textOf = (kind: "text" | "refusal" | "thinking") =>
    parts.map((part) => (part.kind === kind ? part.text : "")).join("");
  return {
    parts: parts.map((part) => (part.kind === "tool_call" ? callOf(part) : part)),
    text: textOf("text"),
    refusal: textOf("refusal"),
    thinking: textOf("thinking"),
    calls: parts.filter((part) => part.kind === "tool_call").map(callOf),
    finish,
  };
}

const callOf = ({ id, name, arguments: text }: Open & { kind: "tool_call" }) => ({
  kind: "tool_call" as const,
  id,
  name,
  arguments: text === "" ? "{}" : text,
});

function take(parts: Open[], event: Exclude<AnswerEvent, { kind: "finish" }>): void {
  const last = parts.at(-1);
  switch (event.kind) {
    case "text":
    case "refusal":
      if (last?.kind === event.kind) last.text += event.text;
      else parts.push({ kind: event.kind, text: event.text });
      return;
    case "thinking":
      if (last?.kind === "thinking" && !last.signature) last.text += event.text;
      else parts.push({ kind: "thinking", text: event.text });
      return;
    case "signature":
      if (last?.kind === "thinking" && !last.signature) last.signature = event.signature;
      else parts.push({ kind: "thinking", text: "", signature: event.signature });
      return;
    case "tool":
      parts.push({ ...event, kind: "tool_call", arguments: "" });
      return;
    case "arguments": {
      const call = parts.findLast((part) => part.kind === "tool_call" && part.index === event.index);
      if (call?.kind === "tool_call") call.arguments += event.text;
      return;
    }
  }
}
