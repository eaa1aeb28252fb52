// The events of a message's content blocks. Blocks follow one another: one opens when the one before has closed.
import type { JsonObject } from "../../../core/json.ts";
import type { AnswerEvent, Signature } from "../neutral.ts";
import { foldSignature } from "../signature.ts";
import { API, REDACTED } from "./names.ts";

type BlockKind = "text" | "thinking" | "tool";

export const line = (type: string, rest: JsonObject): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;

/** Nobody signed it; clients send back only what is signed. */
export const UNSIGNED: Signature = { api: "", value: "" };

const TEXT = { type: "text", text: "" };
const THINKING = { type: "thinking", thinking: "", signature: "" };

export class BlockStream {
  /** The client wants thinking before calls. */
  readonly #thinks: boolean;
  #index = -1;
  #open: BlockKind | undefined;
  #signed = false;
  #thought = false;
  /** what every delta of the open block begins with */
  #head = "";

  constructor(thinks: boolean) {
    this.#thinks = thinks;
  }

  write(event: Exclude<AnswerEvent, { kind: "finish" }>): string {
    switch (event.kind) {
      case "text":
      case "refusal":
        return this.#within("text", TEXT) + this.#delta(TEXT_DELTA, event.text);
      case "thinking":
        return this.#within("thinking", THINKING) + this.#delta(THINKING_DELTA, event.text);
      case "signature":
        return this.#sign(event.signature);
      case "tool":
        return this.#call(event.id, event.name);
      case "arguments":
        return this.#delta(JSON_DELTA, event.text);
    }
  }

  close(): string {
    if (this.#open === undefined) return "";
    const unsigned = this.#open === "thinking" && !this.#signed ? this.#signature(UNSIGNED) : "";
    this.#open = undefined;
    return unsigned + line("content_block_stop", { index: this.#index });
  }

  #within(kind: BlockKind, block: JsonObject): string {
    return this.#open === kind ? "" : this.#start(kind, block);
  }

  #start(kind: BlockKind, block: JsonObject): string {
    const closing = this.close();
    this.#open = kind;
    this.#signed = false;
    this.#thought ||= kind === "thinking";
    const index = ++this.#index;
    this.#head = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":`;
    return closing + line("content_block_start", { index, content_block: block });
  }

  #delta(kind: string, text: string): string {
    return `${this.#head}${kind}${JSON.stringify(text)}}}\n\n`;
  }

  /** Its own provider wants thinking before a call, and takes its place for a sign that others thought. */
  #call(id: string, name: string): string {
    const thinking = this.#thinks && !this.#thought ? this.#start("thinking", THINKING) : "";
    return thinking + this.#start("tool", { type: "tool_use", id, name, input: {} });
  }

  #signature(signature: Signature): string {
    this.#signed = true;
    return this.#delta(SIGNATURE_DELTA, foldSignature(signature, API));
  }

  #sign(signature: Signature): string {
    if (signature.api === REDACTED) {
      const opening = this.#start("text", { type: "redacted_thinking", data: signature.value });
      this.#thought = true;
      return opening + this.close();
    }
    return this.#within("thinking", THINKING) + this.#signature(signature) + this.close();
  }
}

const TEXT_DELTA = '"text_delta","text":';
const THINKING_DELTA = '"thinking_delta","thinking":';
const JSON_DELTA = '"input_json_delta","partial_json":';
const SIGNATURE_DELTA = '"signature_delta","signature":';
