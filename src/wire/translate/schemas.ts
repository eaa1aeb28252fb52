// JSON Schemas of answers: each provider takes a part of the language when it promises to keep to it.
import type { JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import { jsonText } from "./tool-arguments.ts";

type Visit = (schema: JsonObject) => JsonObject;
type Test = (schema: JsonObject) => boolean;

/** Members that hold one schema, or several: in a list, or by name. */
const HOLDERS: ReadonlyMap<string, "one" | "several"> = new Map([
  ["items", "one"],
  ["not", "one"],
  ["anyOf", "several"],
  ["oneOf", "several"],
  ["allOf", "several"],
  ["prefixItems", "several"],
  ["properties", "several"],
  ["$defs", "several"],
  ["definitions", "several"],
]);

/** As deep as schemas of people go; what lies deeper stays as it is. */
const DEEPEST = 64;

function within(schema: JsonObject, visit: Visit): JsonObject {
  const told = (value: unknown) => (isObject(value) ? visit(value) : value);
  const members = Object.entries(schema).map(([key, value]) => {
    const holds = HOLDERS.get(key);
    if (holds === undefined) return [key, value];
    if (Array.isArray(value)) return [key, holds === "one" ? value : value.map(told)];
    return [key, holds === "one" || !isObject(value) ? told(value) : mapped(value, told)];
  });
  return Object.fromEntries(members) as JsonObject;
}

const mapped = (members: JsonObject, told: (value: unknown) => unknown): JsonObject =>
  Object.fromEntries(Object.entries(members).map(([name, each]) => [name, told(each)]));

/**
 * Whether `test` is true of the schema or of one within. It looks and copies nothing: every tool of every request is
 * walked through, and most members are words.
 */
function anyIn(schema: JsonObject, test: Test, depth = 0): boolean {
  if (test(schema)) return true;
  if (depth >= DEEPEST) return false;
  // Half the cost of `for … in`.
  for (const key of Object.keys(schema)) {
    const value = schema[key];
    if (typeof value !== "object" || value === null) continue;
    const holds = HOLDERS.get(key);
    if (holds === undefined) continue;
    if (holds === "one" && anyAt(value, test, depth)) return true;
    if (holds === "several" && anyAmong(value as JsonObject, test, depth)) return true;
  }
  return false;
}

const anyAt = (value: unknown, test: Test, depth: number): boolean =>
  isObject(value) && anyIn(value, test, depth + 1);

function anyAmong(members: JsonObject, test: Test, depth: number): boolean {
  for (const each of Object.values(members)) if (anyAt(each, test, depth)) return true;
  return false;
}

const NOTHING: JsonObject = { type: "object", properties: {} };

/** What a tool takes: all protocols want an object, some refuse one without properties. */
export function parametersOf(schema: JsonObject = NOTHING): JsonObject {
  const { type, properties } = schema;
  if (type === "object" && isObject(properties)) return schema;
  return { ...schema, type: "object", properties: isObject(properties) ? properties : {} };
}

/** Google knows one dialect alone. */
export function withoutDialect(schema: JsonObject): JsonObject {
  if (!("$schema" in schema)) return schema;
  const { $schema: _dialect, ...rest } = schema;
  return rest;
}

/** OpenAI refuses a list of which nothing is said; most schemas have none. */
export function withItems(schema: JsonObject, depth = 0): JsonObject {
  if (depth > DEEPEST || !anyIn(schema, isBareList)) return schema;
  const told = within(schema, (inner) => withItems(inner, depth + 1));
  return isBareList(told) ? { ...told, items: {} } : told;
}

const isBareList = (schema: JsonObject): boolean =>
  isOfType("array", schema["type"]) && !schema["items"] && !schema["prefixItems"];

const isOfType = (one: string, type: unknown): boolean =>
  type === one || (typeof type === "object" && Array.isArray(type) && type.includes(one));

const isObjectType = ({ type, properties }: JsonObject): boolean =>
  isOfType("object", type) || (type === undefined && isObject(properties));

/** Limits that Anthropic refuses, because it cannot keep them. */
const NOT_KEPT = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "maxItems",
  "uniqueItems",
  "minProperties",
  "maxProperties",
];

/** It knows `anyOf` alone. */
function withoutOneOf(schema: JsonObject): JsonObject {
  const { oneOf, ...rest } = schema;
  if (!Array.isArray(oneOf)) return rest;
  if (!("anyOf" in rest)) return { ...rest, anyOf: oneOf };
  return { ...rest, allOf: [...(Array.isArray(rest["allOf"]) ? rest["allOf"] : []), { anyOf: oneOf }] };
}

/** As Anthropic takes it: it refuses objects that are open, and limits, which become words. */
export function closedSchema(schema: JsonObject, depth = 0): JsonObject {
  if (depth > DEEPEST) return schema;
  const rest = withoutOneOf(within(schema, (inner) => closedSchema(inner, depth + 1)));
  const limits = NOT_KEPT.filter((key) => key in rest);
  if (typeof rest["minItems"] === "number" && rest["minItems"] > 1) limits.push("minItems");
  const kept = Object.fromEntries(
    Object.entries(rest).filter(([key]) => key !== "$schema" && !limits.includes(key)),
  );
  const words = limits.map((key) => `${key}: ${jsonText(rest[key])}`).join(", ");
  return {
    ...kept,
    ...(isObjectType(kept) ? { additionalProperties: false } : {}),
    ...(words === "" ? {} : { description: [kept["description"], words].filter(Boolean).join("\n") }),
  };
}

/** What OpenAI refuses in a schema that it is to be held to. */
const NOT_STRICT = [
  "allOf",
  "oneOf",
  "not",
  "if",
  "then",
  "else",
  "dependentRequired",
  "dependentSchemas",
  "patternProperties",
  "propertyNames",
];

/** Whether OpenAI can be held to it: objects are closed, and all they may have they must have. */
export const isStrictSchema = (schema: JsonObject): boolean =>
  isObjectType(schema) && !("anyOf" in schema) && !anyIn(schema, isLoose);

function isLoose(schema: JsonObject): boolean {
  if (NOT_STRICT.some((key) => key in schema)) return true;
  if (!isObjectType(schema)) return false;
  if (schema["additionalProperties"] !== false) return true;
  const required: readonly unknown[] = Array.isArray(schema["required"]) ? schema["required"] : [];
  return Object.keys(isObject(schema["properties"]) ? schema["properties"] : {}).some(
    (name) => !required.includes(name),
  );
}
