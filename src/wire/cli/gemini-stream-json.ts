// What `gemini --output-format stream-json` prints: who it is, messages in pieces or whole, warnings and errors, a result.
import { isObject, parseObject } from "../../core/json.ts";
import { tokenCount } from "../json.ts";
import type { TokenUsage } from "../translate/neutral.ts";
import type { CliEvent, CliReader } from "./reader.ts";

const NOTHING: readonly CliEvent[] = [];

export class GeminiReader implements CliReader {
  /** text came after which a tool worked: what follows is another message */
  #gap = false;
  #told = false;
  /** The result says that it failed; an error before it says why. */
  #error = "";

  line(text: string): readonly CliEvent[] {
    const said = parseObject(text);
    if (!said) return NOTHING;
    switch (said["type"]) {
      case "init":
        return typeof said["session_id"] === "string"
          ? [{ kind: "session", id: said["session_id"] }]
          : NOTHING;
      case "message":
        return said["role"] === "assistant" ? this.#text(said["content"], said["delta"] === true) : NOTHING;
      case "tool_use":
      case "tool_result":
        this.#gap = this.#told;
        return NOTHING;
      case "error":
        if (said["severity"] !== "warning") this.#error = messageIn(said) || this.#error;
        return NOTHING;
      case "result":
        return said["status"] === "error"
          ? [fault(messageIn(said["error"]) || this.#error || "it ended with an error")]
          : [{ kind: "finish", reason: "stop", ...usageIn(said["stats"]) }];
      default:
        return NOTHING;
    }
  }

  end(): readonly CliEvent[] {
    return this.#error === "" ? NOTHING : [fault(this.#error)];
  }

  #text(text: unknown, isPiece: boolean): readonly CliEvent[] {
    if (typeof text !== "string" || text === "") return NOTHING;
    const told = this.#gap || (this.#told && !isPiece) ? `\n\n${text}` : text;
    [this.#gap, this.#told] = [false, true];
    return [{ kind: "text", text: told }];
  }
}

const fault = (message: string): CliEvent => ({ kind: "error", error: { message } });

const messageIn = (value: unknown): string =>
  isObject(value) && typeof value["message"] === "string" ? value["message"] : "";

/** `input_tokens` counts what was cached as well; `input` is the rest of it. */
function usageIn(stats: unknown): { readonly usage?: TokenUsage } {
  if (!isObject(stats)) return {};
  const count = (name: string) => tokenCount(stats[name]);
  const cacheRead = count("cached") ?? 0;
  const input = count("input_tokens") ?? (count("input") ?? 0) + cacheRead;
  const usage = { input, output: count("output_tokens") ?? 0, ...(cacheRead > 0 ? { cacheRead } : {}) };
  return { usage };
}
