// The events of a response's items, one item behind the other.
import type { JsonObject } from "../../../core/json.ts";
import type { AnswerEvent, Signature } from "../neutral.ts";
import type { AnswerFrame } from "../translator.ts";
import { contentPart, isFreeform, itemId, itemOf, summaryPart } from "./items.ts";

export type Piece = Exclude<AnswerEvent, { kind: "finish" }>;

type OpenPart =
  | { kind: "text" | "refusal"; text: string }
  | { kind: "thinking"; text: string; signature?: Signature }
  | { kind: "tool_call"; id: string; name: string; arguments: string };

export class ItemStream {
  /** items that are complete */
  readonly output: JsonObject[] = [];
  readonly #frame: AnswerFrame;
  #number = 0;
  #part: OpenPart | undefined;
  /** what the events about the open item say of it */
  #about = "";
  /** what every delta of the open item says before its text */
  #deltaHead = "";
  /** Text that comes inside JSON cannot be told in pieces. */
  #isWhole = false;

  constructor(frame: AnswerFrame) {
    this.#frame = frame;
  }

  get begun(): boolean {
    return this.#number > 0;
  }

  line(type: string, rest: JsonObject): string {
    const data = JSON.stringify({ type, sequence_number: this.#number++, ...rest });
    return `event: ${type}\ndata: ${data}\n\n`;
  }

  write(piece: Piece): string {
    const begun = beginning(this.#part, piece);
    const opening = begun ? this.close() + this.#open(begun) : "";
    return this.#part ? opening + this.#tell(this.#part, piece) : opening;
  }

  close(): string {
    const part = this.#part;
    if (!part) return "";
    const index = this.output.length;
    const item = itemOf(part, index, "completed", this.#frame);
    const told = this.#told(part, item);
    this.output.push(item);
    this.#part = undefined;
    return told + this.line("response.output_item.done", { output_index: index, item });
  }

  #open(part: OpenPart): string {
    this.#part = part;
    const index = this.output.length;
    const place = { item_id: itemId(part.kind, index, this.#frame), output_index: index };
    this.#about = JSON.stringify(place).slice(1, -1);
    this.#deltaHead = `${this.#about},${PLACES[part.kind]}"delta":`;
    this.#isWhole = part.kind === "tool_call" && isFreeform(part.name, this.#frame);
    const item = itemOf(part, index, "in_progress", this.#frame);
    return this.line("response.output_item.added", { output_index: index, item });
  }

  /** An event about the open item, in JSON. */
  #tellOf(type: string, rest: string): string {
    return `event: ${type}\ndata: {"type":"${type}","sequence_number":${this.#number++},${rest}}\n\n`;
  }

  #tell(part: OpenPart, piece: Piece): string {
    if (piece.kind === "signature") {
      if (part.kind === "thinking") part.signature = piece.signature;
      return "";
    }
    if (piece.kind === "tool") return "";
    if (part.kind === "tool_call") {
      part.arguments += piece.text;
      return this.#isWhole ? "" : this.#delta(part, piece.text);
    }
    const first = part.text === "" ? this.#firstPart(part) : "";
    part.text += piece.text;
    return first + this.#delta(part, piece.text);
  }

  #delta({ kind }: OpenPart, text: string): string {
    return this.#tellOf(DELTAS[kind], this.#deltaHead + JSON.stringify(text));
  }

  #firstPart(part: Exclude<OpenPart, { kind: "tool_call" }>): string {
    return this.#partEvent(
      "added",
      part.kind,
      part.kind === "thinking" ? summaryPart("") : contentPart({ ...part, text: "" }),
    );
  }

  #partEvent(what: "added" | "done", kind: OpenPart["kind"], part: JsonObject): string {
    const type = kind === "thinking" ? "reasoning_summary_part" : "content_part";
    return this.#tellOf(
      `response.${type}.${what}`,
      `${this.#about},${PLACES[kind]}"part":${JSON.stringify(part)}`,
    );
  }

  #told(part: OpenPart, item: JsonObject): string {
    if (part.kind === "tool_call") return this.#calledWith(part, item);
    if (part.text === "") return "";
    const whole = part.kind === "thinking" ? summaryPart(part.text) : contentPart({ ...part });
    const done = `"${part.kind === "refusal" ? "refusal" : "text"}":${JSON.stringify(part.text)}`;
    return (
      this.#tellOf(
        DELTAS[part.kind].replace(".delta", ".done"),
        `${this.#about},${PLACES[part.kind]}${done}`,
      ) + this.#partEvent("done", part.kind, whole)
    );
  }

  #calledWith({ name }: { readonly name: string }, item: JsonObject): string {
    const given = JSON.stringify(item["input"] ?? item["arguments"]);
    if (this.#isWhole)
      return (
        this.#tellOf("response.custom_tool_call_input.delta", this.#deltaHead + given) +
        this.#tellOf("response.custom_tool_call_input.done", `${this.#about},"input":${given}`)
      );
    const named = `"name":${JSON.stringify(name)},"arguments":${given}`;
    return this.#tellOf("response.function_call_arguments.done", `${this.#about},${named}`);
  }
}

const DELTAS = {
  text: "response.output_text.delta",
  refusal: "response.refusal.delta",
  thinking: "response.reasoning_summary_text.delta",
  tool_call: "response.function_call_arguments.delta",
} as const;

/** Where in its item a delta belongs. */
const PLACES = {
  text: '"content_index":0,"logprobs":[],',
  refusal: '"content_index":0,',
  thinking: '"summary_index":0,',
  tool_call: "",
} as const;

/** The part that a piece begins; nothing when it goes on with the open one. */
function beginning(open: OpenPart | undefined, piece: Piece): OpenPart | undefined {
  switch (piece.kind) {
    case "text":
    case "refusal":
      return open?.kind === piece.kind ? undefined : { kind: piece.kind, text: "" };
    case "thinking":
    case "signature":
      return open?.kind === "thinking" && !open.signature ? undefined : { kind: "thinking", text: "" };
    case "tool":
      return { kind: "tool_call", id: piece.id, name: piece.name, arguments: "" };
    case "arguments":
      return undefined;
  }
}
