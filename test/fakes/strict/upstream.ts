// A provider with a model behind it: refuses what the real API would refuse, and answers in its words otherwise.
import type { Action, Call, Script } from "../scripted-upstream.ts";
import { reply, resetBefore } from "../upstream-actions.ts";
import { messages } from "./anthropic-messages.ts";
import { bedrock } from "./bedrock-converse-stream.ts";
import { google, vertex } from "./google-generative-ai.ts";
import { ollama } from "./ollama.ts";
import { completions } from "./openai-completions.ts";
import { azure, chatgpt, responses } from "./openai-responses.ts";
import type { Given, Saying, Seen, StrictWire } from "./rules.ts";
import { Invalid } from "./rules.ts";

export const STRICT_WIRES: readonly StrictWire[] = [
  completions,
  responses,
  chatgpt,
  messages,
  google,
  vertex,
  bedrock,
  azure,
  ollama,
];

/** What the model says to what it sees. */
export type Mind = (seen: Seen, call: Call) => Saying;
/** `cut`: a stream that ends before its content. `reset`: no answer at all. */
export type Trouble = "limited" | "refused" | "cut" | "reset";

export interface StrictUpstream {
  readonly script: Script;
  /** Rules that calls broke. */
  readonly broken: readonly string[];
  readonly seen: readonly Seen[];
}

/** @param troubleOf what is wrong with the account of a call, if anything is */
export function strictUpstream(
  wire: StrictWire,
  mind: Mind,
  troubleOf: (call: Call) => Trouble | undefined = () => undefined,
): StrictUpstream {
  const broken: string[] = [];
  const seen: Seen[] = [];
  const given: Given = new Map();
  const refuse = (status: number, message: string, headers: Record<string, string> = {}): Action =>
    reply({ status, headers, body: wire.error(status, message) });
  const script: Script = (call) => {
    switch (troubleOf(call)) {
      case "limited":
        return refuse(429, "Rate limit reached.", { "retry-after": "60" });
      case "refused":
        return refuse(401, "The credential is not valid.");
      case "cut":
        return wire.cutOff(call);
      case "reset":
        return resetBefore();
      case undefined:
    }
    try {
      const sight = wire.see(call, given);
      seen.push(sight);
      return wire.answer(mind(sight, call), call, given);
    } catch (error) {
      broken.push(
        error instanceof Invalid ? error.message : `${wire.api}: ${String((error as Error).stack)}`,
      );
      return refuse(400, broken.at(-1)!);
    }
  };
  return { script, broken, seen };
}
