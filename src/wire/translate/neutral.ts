// A model call and its answer in no protocol's words: what translation goes through. Each wire reads into
// these shapes and writes out of them, so n wires need 2n codecs and not n². Pure values.
// What a shape cannot hold is refused or named (`Loss`), never silently left out.

/** Opaque proof of reasoning, good only for the wire that made it. */
export interface Signature {
  /** `Wire.api` */
  readonly api: string;
  readonly value: string;
}

export type ImageSource =
  | { readonly kind: "base64"; readonly mediaType: string; readonly data: string }
  | { readonly kind: "url"; readonly url: string };

export interface TextPart {
  readonly kind: "text";
  readonly text: string;
  /** ends a prefix that the provider may keep; Anthropic's `cache_control` */
  readonly cache?: Readonly<Record<string, unknown>>;
  /** said by whoever made the program, in the middle of the talk */
  readonly instruction?: true;
}
export interface ImagePart {
  readonly kind: "image";
  readonly source: ImageSource;
  /** how closely OpenAI's models look at it */
  readonly detail?: string;
}
export interface FilePart {
  readonly kind: "file";
  readonly source: ImageSource;
  readonly name?: string;
}
/** Stands before what it led to: Google signs the call that follows. */
export interface ThinkingPart {
  readonly kind: "thinking";
  /** empty when the provider keeps it to itself */
  readonly text: string;
  readonly signature?: Signature;
}
export interface ToolCallPart {
  readonly kind: "tool_call";
  readonly id: string;
  readonly name: string;
  /** JSON text of an object; empty means `{}`. What a model wrote may be broken. */
  readonly arguments: string;
}
export interface ToolResultPart {
  readonly kind: "tool_result";
  readonly callId: string;
  readonly content: readonly (TextPart | ImagePart)[];
  readonly failed?: true;
}

export type UserPart = TextPart | ImagePart | FilePart | ToolResultPart;
export type AssistantPart = TextPart | ThinkingPart | ToolCallPart;
export type Part = UserPart | AssistantPart;

/** Two of one role may follow each other: writers join them where the wire wants turns. */
export type Message =
  | { readonly role: "user"; readonly parts: readonly UserPart[] }
  | { readonly role: "assistant"; readonly parts: readonly AssistantPart[] };

export interface Tool {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of an object */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly strict?: boolean;
  /** The client takes the one text `input` as it is, not as JSON: OpenAI's custom tools. */
  readonly freeform?: true;
}

export type ToolChoice = "auto" | "none" | "required" | { readonly name: string };

export type Effort = "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max";

export interface Reasoning {
  readonly effort?: Effort;
  /** 0 beside the effort `none`: the client's protocol does not think unless it is asked to */
  readonly budgetTokens?: number;
  /** The client wants to see a summary. */
  readonly summary?: boolean;
}

export type AnswerFormat =
  | { readonly kind: "json" }
  | {
      readonly kind: "schema";
      readonly name: string;
      readonly schema: Readonly<Record<string, unknown>>;
      readonly strict?: boolean;
      readonly description?: string;
    };

export interface ModelRequest {
  readonly stream: boolean;
  readonly system: readonly TextPart[];
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  /** `false`: one call at a time */
  readonly parallelTools?: boolean;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly seed?: number;
  readonly stop: readonly string[];
  readonly reasoning?: Reasoning;
  readonly format?: AnswerFormat;
  /** how many words OpenAI's models make */
  readonly verbosity?: string;
  /** the client's name for its user or session */
  readonly user?: string;
  /** A prefix shared with other calls; OpenAI's `prompt_cache_key`. */
  readonly cacheKey?: string;
  /** Streams tell token counts at their end; always asked for upstream. */
  readonly wantsUsage: boolean;
  /** Fields of the client's request that no wire but its own knows, all of them hints. */
  readonly dropped: readonly string[];
}

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter";

/** Tokens. */
export interface TokenUsage {
  /** all of the prompt, cached or not */
  readonly input: number;
  readonly output: number;
  /** part of `input` */
  readonly cacheRead?: number;
  /** part of `input` */
  readonly cacheWrite?: number;
  /** part of `output` */
  readonly reasoning?: number;
}

/** An answer, piece by piece. `text` and `thinking` go on where the last piece of their kind stopped. */
export type AnswerEvent =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "refusal"; readonly text: string }
  | { readonly kind: "thinking"; readonly text: string }
  /** ends the current thinking; without text before it, thinking that is kept from the client */
  | { readonly kind: "signature"; readonly signature: Signature }
  /** `index` names the call in later pieces; calls may be mixed */
  | { readonly kind: "tool"; readonly index: number; readonly id: string; readonly name: string }
  | { readonly kind: "arguments"; readonly index: number; readonly text: string }
  | {
      readonly kind: "finish";
      readonly reason: FinishReason;
      readonly usage?: TokenUsage;
      /** which of the stop sequences it was */
      readonly stopSequence?: string;
    };
