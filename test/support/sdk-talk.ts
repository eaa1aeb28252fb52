// A program that talks through an official SDK as its documents tell: a picture, thinking, tools called in parallel,
// their results, an answer; and an answer in JSON. The same talk for each SDK.
export const PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
export const QUESTION = "What is the weather in these two cities, and what time is it?";
export const SUM_UP = "Sum that up.";
export const SYSTEM = "You answer in one sentence.";
export const CITY = { type: "object" as const, properties: { city: { type: "string" } }, required: ["city"] };
/** As servers of MCP describe tools without parameters. */
export const NOTHING = { type: "object" as const };
export const SCHEMA = {
  type: "object" as const,
  properties: { city: { type: "string" }, degrees: { type: "number", minimum: -90 } },
  required: ["city", "degrees"],
  additionalProperties: false,
};

/** Anthropic's own protocol takes no limits. */
export const OPEN_SCHEMA = { ...SCHEMA, properties: { ...SCHEMA.properties, degrees: { type: "number" } } };

export interface Talk {
  readonly url: string;
  readonly model: string;
  readonly streamed: boolean;
}
export interface Call {
  readonly name: string;
  readonly args: unknown;
}
export interface Heard {
  readonly calls: readonly Call[];
  readonly text: string;
  /** what came of a last question, without any tool offered */
  readonly sum: string;
}
export interface TalkingSdk {
  readonly api: string;
  /** Asks, runs the tools that the model calls, gives the results back, has it all summed up. */
  useTools(talk: Talk, run: (call: Call) => string): Promise<Heard>;
  askForJson(talk: Talk): Promise<unknown>;
}
