// What `claude -p --output-format stream-json --verbose` prints, with partial messages or without. The program calls
// tools of its own on the way: one run is many messages, and what is told of it is their text.
import type { JsonObject } from "../../core/json.ts";
import { isObject, parseObject } from "../../core/json.ts";
import { tokenCount } from "../json.ts";
import type { FinishReason, TokenUsage } from "../translate/neutral.ts";
import type { CliEvent, CliFault, CliReader } from "./reader.ts";

const NOTHING: readonly CliEvent[] = [];

export class ClaudeReader implements CliReader {
  #session = "";
  /** of the message that comes in pieces */
  #streamed = "";
  #told = false;
  /** text of another message follows what was told */
  #gap = false;
  #cut = false;
  #limit: unknown;

  line(text: string): readonly CliEvent[] {
    const said = parseObject(text);
    if (!said) return NOTHING;
    // What its helpers say among themselves is no part of the answer.
    if (typeof said["parent_tool_use_id"] === "string") return NOTHING;
    return [...this.#sessionIn(said), ...this.#read(said)];
  }

  /** Every run ends with a result. */
  end(): readonly CliEvent[] {
    return NOTHING;
  }

  #sessionIn({ session_id: id }: JsonObject): readonly CliEvent[] {
    if (typeof id !== "string" || id === "" || id === this.#session) return NOTHING;
    this.#session = id;
    return [{ kind: "session", id }];
  }

  #read(said: JsonObject): readonly CliEvent[] {
    switch (said["type"]) {
      case "stream_event":
        return isObject(said["event"]) ? this.#piece(said["event"]) : NOTHING;
      case "assistant":
        return said["error"] === undefined && isObject(said["message"])
          ? this.#whole(said["message"])
          : NOTHING;
      case "rate_limit_event":
        this.#limit = isObject(said["rate_limit_info"]) ? said["rate_limit_info"]["resetsAt"] : undefined;
        return NOTHING;
      case "result":
        return said["is_error"] === true ? [this.#fault(said)] : this.#result(said);
      default:
        return NOTHING;
    }
  }

  #piece(event: JsonObject): readonly CliEvent[] {
    if (event["type"] === "message_start") {
      this.#streamed = isObject(event["message"]) ? String(event["message"]["id"] ?? "") : "";
      this.#gap = this.#told;
    }
    const delta = isObject(event["delta"]) ? event["delta"] : {};
    if (event["type"] === "message_delta") this.#cut = delta["stop_reason"] === "max_tokens";
    if (event["type"] !== "content_block_delta") return NOTHING;
    if (delta["type"] === "thinking_delta") return pieceOf("thinking", delta["thinking"]);
    return delta["type"] === "text_delta" ? this.#text(delta["text"]) : NOTHING;
  }

  /** A message that did not come in pieces. */
  #whole(message: JsonObject): readonly CliEvent[] {
    if (message["id"] === this.#streamed || message["model"] === "<synthetic>") return NOTHING;
    this.#gap ||= this.#told;
    const blocks = Array.isArray(message["content"]) ? message["content"].filter(isObject) : [];
    return blocks.flatMap(({ type, text }) => (type === "text" ? this.#text(text) : NOTHING));
  }

  #text(text: unknown): readonly CliEvent[] {
    if (typeof text !== "string" || text === "") return NOTHING;
    const told = this.#gap ? `\n\n${text}` : text;
    [this.#gap, this.#told] = [false, true];
    return [{ kind: "text", text: told }];
  }

  #result(said: JsonObject): readonly CliEvent[] {
    const reason: FinishReason = this.#cut || said["stop_reason"] === "max_tokens" ? "length" : "stop";
    const usage = usageIn(said["usage"]);
    const late = this.#told ? NOTHING : this.#text(said["result"]);
    return [...late, { kind: "finish", reason, ...(usage ? { usage } : {}) }];
  }

  #fault(said: JsonObject): CliEvent {
    const { result, errors, subtype, api_error_status: status, api_error_type: type } = said;
    const listed = Array.isArray(errors) ? errors.filter((each) => typeof each === "string").join(" ") : "";
    const error: CliFault = {
      message: (typeof result === "string" && result) || listed || `it ended with ${String(subtype)}`,
      ...(typeof status === "number" ? { status } : {}),
      ...(typeof type === "string" ? { type } : {}),
      ...(this.#limit === undefined ? {} : { resetsAt: this.#limit }),
    };
    return { kind: "error", error };
  }
}

const pieceOf = (kind: "text" | "thinking", text: unknown): readonly CliEvent[] =>
  typeof text === "string" && text !== "" ? [{ kind, text }] : NOTHING;

/** As Anthropic counts: what was cached stands beside the rest. */
function usageIn(value: unknown): TokenUsage | undefined {
  if (!isObject(value)) return undefined;
  const cacheRead = tokenCount(value["cache_read_input_tokens"]) ?? 0;
  const cacheWrite = tokenCount(value["cache_creation_input_tokens"]) ?? 0;
  return {
    input: (tokenCount(value["input_tokens"]) ?? 0) + cacheRead + cacheWrite,
    output: tokenCount(value["output_tokens"]) ?? 0,
    ...(cacheRead > 0 ? { cacheRead } : {}),
    ...(cacheWrite > 0 ? { cacheWrite } : {}),
  };
}
