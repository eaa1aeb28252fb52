// What providers refuse in the parameters of a tool, and clients of other protocols leave out.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../core/json.ts";
import { TRANSLATORS } from "./all.ts";
import { closedSchema, isStrictSchema, withItems } from "./schemas.ts";

const EMPTY = { type: "object", properties: {} };

/** The tool as a client of each protocol describes it. */
const ASKED: Readonly<Record<string, (schema: JsonObject) => JsonObject>> = {
  "anthropic-messages": (input_schema) => ({
    max_tokens: 9,
    messages: [{ role: "user", content: "Hi" }],
    tools: [{ name: "t", input_schema }],
  }),
  "openai-completions": (parameters) => ({
    messages: [{ role: "user", content: "Hi" }],
    tools: [{ type: "function", function: { name: "t", parameters } }],
  }),
  "openai-responses": (parameters) => ({ input: "Hi", tools: [{ type: "function", name: "t", parameters }] }),
};

const TOLD: Readonly<Record<string, (tool: any) => unknown>> = {
  "openai-completions": (body) => body.tools[0].function.parameters,
  "openai-responses": (body) => body.tools[0].parameters,
  "anthropic-messages": (body) => body.tools[0].input_schema,
  "google-generative-ai": (body) => body.tools[0].functionDeclarations[0].parametersJsonSchema,
  "bedrock-converse-stream": (body) => body.toolConfig.tools[0].toolSpec.inputSchema.json,
  ollama: (body) => body.tools[0].function.parameters,
};

const told = (from: string, to: string, schema: JsonObject) => {
  const request = TRANSLATORS[from]!.client!.readRequest(ASKED[from]!(schema));
  return TOLD[to]!(TRANSLATORS[to]!.provider.writeRequest(request, { model: "m" }).body);
};

for (const from of Object.keys(ASKED))
  for (const to of Object.keys(TOLD))
    test(`${from} to ${to}: a tool that takes nothing takes an object without properties`, () => {
      for (const schema of [{}, { type: "object" }, { properties: {} }])
        assert.deepEqual(told(from, to, schema), EMPTY);
      const open = { type: "object", additionalProperties: { type: "string" } };
      assert.deepEqual(told(from, to, open), { ...open, properties: {} });
    });

test("OpenAI is told of lists of anything that they are that", () => {
  const list = { type: "array" };
  const pair = { type: "array", prefixItems: [list] };
  const schema = {
    type: "object",
    properties: { a: list, b: { anyOf: [{ type: ["array", "null"] }] }, c: pair },
  };
  const properties = {
    a: { type: "array", items: {} },
    b: { anyOf: [{ type: ["array", "null"], items: {} }] },
    c: { type: "array", prefixItems: [{ type: "array", items: {} }] },
  };
  for (const to of ["openai-completions", "openai-responses"])
    assert.deepEqual(told("anthropic-messages", to, schema), { type: "object", properties });
  assert.deepEqual(told("openai-completions", "anthropic-messages", schema), schema);
});

test("a schema that lacks nothing is not copied, whatever its depth", () => {
  let deep: JsonObject = { type: "array", items: { type: "string" } };
  for (let i = 0; i < 500; i++) deep = { type: "object", properties: { deep } };
  assert.equal(withItems(deep), deep);
});

test("Google is not told which dialect of JSON Schema it is", () => {
  const schema = { $schema: "http://json-schema.org/draft-07/schema#", ...EMPTY };
  assert.deepEqual(told("anthropic-messages", "google-generative-ai", schema), EMPTY);
  assert.deepEqual(told("anthropic-messages", "openai-completions", schema), schema);
});

test("OpenAI is held to no schema that it would refuse", () => {
  const closed = (properties: JsonObject) => ({
    type: "object",
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  });
  const inner = closed({ b: { anyOf: [{ type: "string" }, { type: "null" }] }, not: { type: "string" } });
  assert.ok(isStrictSchema(closed({ a: { type: "array", items: inner } })));
  for (const refused of [
    { allOf: [{ type: "string" }] },
    { oneOf: [{ type: "string" }] },
    { not: { type: "string" } },
    { type: "object" },
    { anyOf: [{ type: "object", properties: {} }] },
  ])
    assert.ok(!isStrictSchema(closed({ a: refused })), JSON.stringify(refused));
  assert.ok(!isStrictSchema({ ...closed({}), anyOf: [closed({})] }));
  assert.ok(!isStrictSchema({ type: "string" }));
});

test("Anthropic is told of both choices of a schema that has two", () => {
  const [one, other] = [[{ type: "string" }], [{ type: "null" }]];
  assert.deepEqual(closedSchema({ oneOf: one }), { anyOf: one });
  assert.deepEqual(closedSchema({ oneOf: one, anyOf: other }), { anyOf: other, allOf: [{ anyOf: one }] });
});
