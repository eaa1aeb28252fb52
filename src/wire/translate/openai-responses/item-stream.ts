// The events of a response's items, one item behind the other.
import type { JsonObject } from "../../../core/json.ts";
import type { CollectedPart } from "../collect.ts";
import type { AnswerEvent, Signature } from "../neutral.ts";
import type { AnswerFrame } from "../translator.ts";
import { isFreeform, itemOf, summaryPart, textPart } from "./items.ts";

export type Piece = Exclude<AnswerEvent, { kind: "finish" }>;

/** Writes one event. */
export type WriteLine = (type: string, rest: JsonObject) => string;

type OpenPart =
  | { kind: "text"; text: string }
  | { kind: "thinking"; text: string; signature?: Signature }
  | { kind: "tool_call"; id: string; name: string; arguments: string };

export class ItemStream {
  /** items that are complete */
  readonly output: JsonObject[] = [];
  readonly #frame: AnswerFrame;
  readonly #line: WriteLine;
  #part: OpenPart | undefined;

  constructor(frame: AnswerFrame, line: WriteLine) {
    this.#frame = frame;
    this.#line = line;
  }

  write(piece: Piece): string {
    const begun = beginning(this.#part, piece);
    const opening = begun ? this.close() + this.#open(begun) : "";
    return this.#part ? opening + this.#tell(this.#part, piece) : opening;
  }

  close(): string {
    const part = this.#part;
    if (!part) return "";
    const item = this.#item(part, "completed");
    const told = this.#told(part, item);
    const done = this.#line("response.output_item.done", { output_index: this.output.length, item });
    this.output.push(item);
    this.#part = undefined;
    return told + done;
  }

  #item(part: CollectedPart, status: "in_progress" | "completed"): JsonObject {
    return itemOf(part, this.output.length, status, this.#frame);
  }

  #open(part: OpenPart): string {
    this.#part = part;
    const item = this.#item(part, "in_progress");
    return this.#line("response.output_item.added", { output_index: this.output.length, item });
  }

  /** An event about the open item. */
  #about(part: OpenPart, type: string, rest: JsonObject): string {
    const { id } = this.#item(part, "in_progress");
    return this.#line(`response.${type}`, { item_id: id, output_index: this.output.length, ...rest });
  }

  #tell(part: OpenPart, piece: Piece): string {
    if (piece.kind === "signature") {
      if (part.kind === "thinking") part.signature = piece.signature;
      return "";
    }
    if (piece.kind === "tool") return "";
    if (part.kind === "tool_call") {
      part.arguments += piece.text;
      // Text that comes inside JSON cannot be told in pieces.
      const isWhole = isFreeform(part.name, this.#frame);
      return isWhole ? "" : this.#about(part, "function_call_arguments.delta", { delta: piece.text });
    }
    const first = part.text === "" ? this.#firstPart(part) : "";
    part.text += piece.text;
    const [type, place] = PLACES[part.kind];
    return first + this.#about(part, `${type}.delta`, { ...place, delta: piece.text });
  }

  #firstPart(part: OpenPart): string {
    return part.kind === "text"
      ? this.#about(part, "content_part.added", { content_index: 0, part: textPart("") })
      : this.#about(part, "reasoning_summary_part.added", { summary_index: 0, part: summaryPart("") });
  }

  #told(part: OpenPart, item: JsonObject): string {
    if (part.kind === "tool_call")
      return item["type"] === "custom_tool_call"
        ? this.#about(part, "custom_tool_call_input.done", { input: item["input"] })
        : this.#about(part, "function_call_arguments.done", { arguments: item["arguments"] });
    if (part.text === "") return "";
    const [type, place] = PLACES[part.kind];
    const [partType, whole] =
      part.kind === "text"
        ? ["content_part.done", textPart(part.text)]
        : ["reasoning_summary_part.done", summaryPart(part.text)];
    return (
      this.#about(part, `${type}.done`, { ...place, text: part.text }) +
      this.#about(part, partType, { ...place, part: whole })
    );
  }
}

const PLACES = {
  text: ["output_text", { content_index: 0 }],
  thinking: ["reasoning_summary_text", { summary_index: 0 }],
} as const;

/** The part that a piece begins; nothing when it goes on with the open one. */
function beginning(open: OpenPart | undefined, piece: Piece): OpenPart | undefined {
  switch (piece.kind) {
    case "text":
    case "refusal":
      return open?.kind === "text" ? undefined : { kind: "text", text: "" };
    case "thinking":
    case "signature":
      return open?.kind === "thinking" && !open.signature ? undefined : { kind: "thinking", text: "" };
    case "tool":
      return { kind: "tool_call", id: piece.id, name: piece.name, arguments: "" };
    case "arguments":
      return undefined;
  }
}
