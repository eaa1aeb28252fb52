// Signed reasoning that led to calls of tools, by the ids of the calls: clients of chat completions have no seat for
// it, and the provider wants it back with the result. Memory only; without it the call goes on, with less thought.
import type {
  AnswerEvent,
  AssistantPart,
  Message,
  ModelRequest,
  Part,
  ThinkingPart,
} from "../wire/translate/neutral.ts";
import { joined } from "../wire/translate/turns.ts";

const MOST_CALLS = 5_000;
const MOST_CHARACTERS = 16 * 1024 * 1024;
const MOST_FOR_ONE = 1024 * 1024;

interface Kept {
  readonly parts: readonly ThinkingPart[];
  readonly size: number;
}

export class ReasoningMemory {
  /** in the order of their last use */
  readonly #calls = new Map<string, Kept>();
  #size = 0;

  /** Told of what is kept, where other processes are to have it too. */
  onKeep: ((callId: string, parts: readonly ThinkingPart[]) => void) | undefined;

  keep(callId: string, parts: readonly ThinkingPart[]): void {
    this.hear(callId, parts);
    this.onKeep?.(callId, parts);
  }

  /** As `keep`, of what another process knows. */
  hear(callId: string, parts: readonly ThinkingPart[]): void {
    const size = parts.reduce(
      (sum, { text, signature }) => sum + text.length + (signature?.value.length ?? 0),
      0,
    );
    if (size > MOST_FOR_ONE) return;
    this.#forget(callId);
    this.#calls.set(callId, { parts, size });
    this.#size += size;
    while (this.#calls.size > MOST_CALLS || this.#size > MOST_CHARACTERS)
      this.#forget(this.#calls.keys().next().value!);
  }

  /** The request with what it lost on its way through the client. */
  restored(request: ModelRequest): ModelRequest {
    if (this.#calls.size === 0) return request;
    if (!request.messages.some(({ parts }) => (parts as readonly Part[]).some((part) => this.#knows(part))))
      return request;
    // Where thoughts and calls are items of their own, a call alone does not tell that its thoughts are there.
    return { ...request, messages: joined(request.messages).map((message) => this.#restoredIn(message)) };
  }

  #restoredIn(message: Message): Message {
    if (message.role === "user" || !message.parts.some((part) => this.#knows(part))) return message;
    const parts: AssistantPart[] = [];
    let led = false;
    let isFirst = true;
    for (const part of message.parts) {
      if (part.kind === "thinking" && part.signature?.value) led = true;
      const kept = part.kind === "tool_call" && !led ? this.#calls.get(part.id)?.parts : undefined;
      if (kept) parts.splice(0, Infinity, ...this.#with(parts, kept, isFirst));
      parts.push(part);
      if (part.kind !== "tool_call") continue;
      led = false;
      isFirst = false;
    }
    return { role: "assistant", parts };
  }

  /** The model thought before it said anything; what the client still has of it is the same, unsigned. */
  #with(parts: readonly AssistantPart[], kept: readonly ThinkingPart[], isFirst: boolean): AssistantPart[] {
    return isFirst ? [...kept, ...parts.filter(({ kind }) => kind !== "thinking")] : [...parts, ...kept];
  }

  #knows(part: Part): boolean {
    return part.kind === "tool_call" && this.#calls.has(part.id);
  }

  #forget(callId: string): void {
    this.#size -= this.#calls.get(callId)?.size ?? 0;
    this.#calls.delete(callId);
  }
}

/** Listens to one answer. */
export class ReasoningListener {
  readonly #memory: ReasoningMemory;
  #parts: ThinkingPart[] = [];
  #text = "";

  constructor(memory: ReasoningMemory) {
    this.#memory = memory;
  }

  hear(event: AnswerEvent): void {
    if (event.kind === "thinking") this.#text += event.text;
    else if (event.kind === "signature") {
      this.#parts.push({ kind: "thinking", text: this.#text, signature: event.signature });
      this.#text = "";
    } else if (event.kind === "tool" && this.#parts.length > 0) {
      this.#memory.keep(event.id, this.#parts);
      this.#parts = [];
    }
  }
}
