// Conversations and answers of every kind that the neutral shapes hold.
import fc from "fast-check";
import type {
  AnswerEvent,
  AssistantPart,
  Message,
  ModelRequest,
  TextPart,
  ToolCallPart,
  UserPart,
} from "../../src/wire/translate/neutral.ts";

const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }),
  fc.constantFrom("Hello", " ", "\n\n", "data: [DONE]\n\n", '{"a":1}', "event: x\ndata: y", "\u2028"),
);
const words = text.map((value) => `${value}.`);
const json = fc.jsonValue({ maxDepth: 2 });
const argumentsText = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .dictionary(fc.string({ maxLength: 6 }), json, { maxKeys: 3 })
      .map((each) => JSON.stringify(each)),
  },
  { weight: 1, arbitrary: fc.constantFrom('{"a":', "[1]", "nonsense") },
);
const id = fc.oneof(
  fc.uuid().map((value) => `call_${value.slice(0, 8)}`),
  fc.constantFrom("functions.look:0", "toolu_01", "ä", "x".repeat(200)),
);
const name = fc.constantFrom("look", "get_weather", "mcp__files__read");
const image = fc.constantFrom<UserPart>(
  { kind: "image", source: { kind: "base64", mediaType: "image/png", data: "aGk=" } },
  { kind: "image", source: { kind: "base64", mediaType: "image/jpeg", data: "/9j/" } },
);
const url = fc.constant<UserPart>({
  kind: "image",
  source: { kind: "url", url: "https://example.test/i.png" },
});
const file = fc.constant<UserPart>({
  kind: "file",
  source: { kind: "base64", mediaType: "application/pdf", data: "JVBERi0=" },
  name: "a.pdf",
});
const textPart = words.map((value): TextPart => ({ kind: "text", text: value }));

const thinking = fc
  .record({
    text: fc.oneof(words, fc.constant("")),
    api: fc.constantFrom(
      "anthropic-messages",
      "openai-responses",
      "google-generative-ai",
      "openai-completions",
    ),
    value: fc.base64String({ minLength: 4, maxLength: 12 }).map((each) => `c2ln${each}`),
  })
  .map(({ text: said, api, value }): AssistantPart => {
    const told = api === "openai-completions" ? "own" : api === "openai-responses" ? `rs_1:${value}` : value;
    return { kind: "thinking", text: said, signature: { api, value: told } };
  });

/** A user's turn, an answer, calls with all of their results. */
const exchangeOf = fc
  .record({
    said: fc.array(fc.oneof(textPart, image, url, file), { minLength: 1, maxLength: 3 }),
    thought: fc.option(thinking, { nil: undefined }),
    answered: fc.array(textPart, { maxLength: 2 }),
    calls: fc.uniqueArray(fc.record({ id, name, arguments: argumentsText }), {
      selector: (call) => call.id,
      maxLength: 3,
    }),
    results: fc.array(fc.array(fc.oneof(textPart, image as fc.Arbitrary<TextPart>), { maxLength: 2 }), {
      minLength: 3,
      maxLength: 3,
    }),
    failed: fc.boolean(),
    order: fc.boolean(),
  })
  .map(({ said, thought, answered, calls, results, failed, order }): Message[] => {
    const called = calls.map((call): ToolCallPart => ({ kind: "tool_call", ...call }));
    const told = called.map((call, i): UserPart => ({
      kind: "tool_result",
      callId: call.id,
      content: results[i]!,
      ...(failed ? { failed } : {}),
    }));
    const parts = [...(thought ? [thought] : []), ...answered, ...called];
    return [
      { role: "user", parts: said },
      ...(parts.length > 0 ? [{ role: "assistant", parts } as const] : []),
      ...(told.length > 0 ? [{ role: "user", parts: order ? told : told.toReversed() } as const] : []),
    ];
  });

/** Ids of calls are unlike each other, as every protocol has it. */
function withOwnIds(exchanges: readonly Message[][]): Message[] {
  return exchanges.flatMap((messages, i) => {
    const own = (given: string) => `${given}${i}`;
    return messages.map((message): Message =>
      message.role === "user"
        ? {
            role: "user",
            parts: message.parts.map((part) =>
              part.kind === "tool_result" ? { ...part, callId: own(part.callId) } : part,
            ),
          }
        : {
            role: "assistant",
            parts: message.parts.map((part) =>
              part.kind === "tool_call" ? { ...part, id: own(part.id) } : part,
            ),
          },
    );
  });
}

const schema = fc.constantFrom<Record<string, unknown>>(
  {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  },
  { type: "object", properties: { n: { type: "integer", minimum: 1 }, of: { oneOf: [{ type: "null" }] } } },
  { type: "object", properties: {} },
);
const tool = fc.record({
  name,
  description: fc.constant("Looks."),
  schema,
  strict: fc.constantFrom(true, undefined),
});

export const requests: fc.Arbitrary<ModelRequest> = fc
  .record(
    {
      stream: fc.boolean(),
      system: fc.array(textPart, { maxLength: 2 }),
      messages: fc.array(exchangeOf, { minLength: 1, maxLength: 3 }).map(withOwnIds),
      tools: fc.uniqueArray(tool, { selector: (each) => each.name, maxLength: 3 }),
      toolChoice: fc.constantFrom("auto", "none", "required", { name: "look" } as const),
      parallelTools: fc.boolean(),
      maxTokens: fc.integer({ min: 16, max: 4096 }),
      temperature: fc.constantFrom(0, 0.5, 1, 1.5),
      topP: fc.constantFrom(0.1, 1),
      topK: fc.constantFrom(1, 40),
      presencePenalty: fc.constantFrom(0, 1),
      frequencyPenalty: fc.constantFrom(0, 1),
      seed: fc.integer(),
      stop: fc.array(fc.constantFrom("END", "\n"), { maxLength: 2 }),
      reasoning: fc.constantFrom({ effort: "low" } as const, { budgetTokens: 5000, summary: true }),
      format: fc.oneof(
        fc.constant({ kind: "json" } as const),
        schema.map((each) => ({ kind: "schema", name: "answer", schema: each, strict: true }) as const),
      ),
      user: fc.constant("ada"),
      cacheKey: fc.constant("k"),
      verbosity: fc.constantFrom("low", "high"),
      wantsUsage: fc.boolean(),
      dropped: fc.constant([]),
    },
    { requiredKeys: ["stream", "system", "messages", "tools", "stop", "wantsUsage", "dropped"] },
  )
  .map((request) => JSON.parse(JSON.stringify(request)) as ModelRequest);

const pieces = (value: string): fc.Arbitrary<string[]> =>
  fc
    .array(fc.nat(Math.max(0, value.length)), { maxLength: 4 })
    .map((cuts) => [0, ...cuts.toSorted((a, b) => a - b), value.length])
    .map((ends) => ends.slice(1).map((end, i) => value.slice(ends[i], end)))
    .map((all) => all.filter((piece) => piece !== ""));

/** As readers of answers tell ids: what every protocol takes. */
const toldId = fc.constantFrom("toolu_01", "call_a-b", "c");

const callEvents = (index: number) =>
  fc
    .record({ id: toldId, name, text: argumentsText })
    .chain(({ id: own, name: called, text: given }) =>
      pieces(given).map((all): AnswerEvent[] => [
        { kind: "tool", index, id: `${own}${index}`, name: called },
        ...all.map((piece) => ({ kind: "arguments", index, text: piece }) as const),
      ]),
    );

const thought = thinking.chain((part) => {
  const { text: said, signature } = part as Extract<AssistantPart, { kind: "thinking" }>;
  return pieces(said).map((all): AnswerEvent[] => [
    ...all.map((piece) => ({ kind: "thinking", text: piece }) as const),
    { kind: "signature", signature: signature! },
  ]);
});
const spoken = fc
  .tuple(words, words)
  .map((all) => all.map((each) => ({ kind: "text", text: each }) as const));

/** Pieces of calls that are told at once, mixed. */
function mixed(calls: readonly AnswerEvent[][], turns: readonly number[]): AnswerEvent[] {
  const left = calls.map((events) => [...events]);
  const result: AnswerEvent[] = [];
  for (const turn of turns) {
    const open = left.filter((events) => events.length > 0);
    const next = open[turn % Math.max(1, open.length)]?.shift();
    if (next) result.push(next);
  }
  return [...result, ...left.flat()];
}

export const usages = fc
  .record({ input: fc.nat(1000), output: fc.nat(1000), cached: fc.nat(100), reasoning: fc.nat(100) })
  .map(({ input, output, cached, reasoning }) => ({
    input: input + cached,
    output: output + reasoning,
    cacheRead: cached,
    reasoning,
  }));

export const answers: fc.Arbitrary<AnswerEvent[]> = fc
  .record({
    first: fc.option(thought, { nil: [] as AnswerEvent[] }),
    said: fc.option(spoken, { nil: [] as AnswerEvent[] }),
    calls: fc.tuple(callEvents(0), callEvents(1), callEvents(2)),
    count: fc.nat(3),
    turns: fc.array(fc.nat(5), { maxLength: 12 }),
    usage: usages,
    cut: fc.boolean(),
  })
  .map(({ first, said, calls, count, turns, usage, cut }) => [
    ...first,
    ...said,
    ...mixed(calls.slice(0, count), turns),
    { kind: "finish", reason: count > 0 ? "tool_calls" : cut ? "length" : "stop", usage } as const,
  ]);
