// What `codex exec --json` prints: a thread, its items, the end of the turn. Text comes whole, item by item.
import type { JsonObject } from "../../core/json.ts";
import { isObject, parseObject } from "../../core/json.ts";
import { tokenCount } from "../json.ts";
import type { CliEvent, CliReader } from "./reader.ts";

const NOTHING: readonly CliEvent[] = [];

export class CodexReader implements CliReader {
  #told = false;
  /** It tries again after some errors: only the turn says how it ended. */
  #lastError = "";

  line(text: string): readonly CliEvent[] {
    const said = parseObject(text);
    if (!said) return NOTHING;
    switch (said["type"]) {
      case "thread.started":
        return typeof said["thread_id"] === "string" ? [{ kind: "session", id: said["thread_id"] }] : NOTHING;
      case "item.completed":
        return isObject(said["item"]) ? this.#item(said["item"]) : NOTHING;
      case "error":
        this.#lastError = messageIn(said) || this.#lastError;
        return NOTHING;
      case "turn.failed":
        return [fault(messageIn(said["error"]) || this.#lastError || "the turn failed")];
      case "turn.completed":
        this.#lastError = "";
        return [{ kind: "finish", reason: "stop", ...usageIn(said["usage"]) }];
      default:
        return NOTHING;
    }
  }

  end(): readonly CliEvent[] {
    return this.#lastError === "" ? NOTHING : [fault(this.#lastError)];
  }

  #item({ type, text }: JsonObject): readonly CliEvent[] {
    if (typeof text !== "string" || text === "") return NOTHING;
    if (type === "reasoning") return [{ kind: "thinking", text }];
    if (type !== "agent_message") return NOTHING;
    const told = this.#told ? `\n\n${text}` : text;
    this.#told = true;
    return [{ kind: "text", text: told }];
  }
}

const fault = (message: string): CliEvent => ({ kind: "error", error: { message } });

const messageIn = (value: unknown): string =>
  isObject(value) && typeof value["message"] === "string" ? value["message"] : "";

function usageIn(value: unknown) {
  if (!isObject(value)) return {};
  const cacheRead = tokenCount(value["cached_input_tokens"]) ?? 0;
  const usage = {
    input: tokenCount(value["input_tokens"]) ?? 0,
    output: tokenCount(value["output_tokens"]) ?? 0,
    ...(cacheRead > 0 ? { cacheRead } : {}),
  };
  return { usage };
}
