// JSON Schemas of answers: each provider takes a part of the language when it promises to keep to it.
import type { JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import { jsonText } from "./tool-arguments.ts";

type Visit = (schema: JsonObject) => JsonObject;

/** Members that hold one schema, a list of them, or schemas by name. */
const ONE = ["items", "not"] as const;
const LISTS = ["anyOf", "oneOf", "allOf", "prefixItems"] as const;
const NAMED = ["properties", "$defs", "definitions"] as const;

/** As deep as schemas of people go; what lies deeper stays as it is. */
const DEEPEST = 64;

function within(schema: JsonObject, visit: Visit): JsonObject {
  const result: Record<string, unknown> = { ...schema };
  const told = (value: unknown) => (isObject(value) ? visit(value) : value);
  for (const key of ONE) if (key in result) result[key] = told(result[key]);
  for (const key of LISTS) if (Array.isArray(result[key])) result[key] = result[key].map(told);
  for (const key of NAMED) {
    const members = result[key];
    if (isObject(members))
      result[key] = Object.fromEntries(Object.entries(members).map(([name, each]) => [name, told(each)]));
  }
  return result;
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

/** OpenAI refuses a list of which nothing is said. */
export function withItems(schema: JsonObject, depth = 0): JsonObject {
  if (depth > DEEPEST || !lacksItems(schema)) return schema;
  const told = within(schema, (inner) => withItems(inner, depth + 1));
  return isBareList(told) ? { ...told, items: {} } : told;
}

const isBareList = ({ type, items, prefixItems }: JsonObject): boolean =>
  (type === "array" || (Array.isArray(type) && type.includes("array"))) && !items && !prefixItems;

/** Looks, and copies nothing: most schemas lack nothing. */
function lacksItems(schema: unknown, depth = 0): boolean {
  if (!isObject(schema) || depth > DEEPEST) return false;
  if (isBareList(schema)) return true;
  const lacks = (inner: unknown): boolean => lacksItems(inner, depth + 1);
  return (
    ONE.some((key) => lacks(schema[key])) ||
    LISTS.some((key) => Array.isArray(schema[key]) && schema[key].some(lacks)) ||
    NAMED.some((key) => isObject(schema[key]) && Object.values(schema[key]).some(lacks))
  );
}

const isObjectType = ({ type, properties }: JsonObject): boolean =>
  type === "object" ||
  (Array.isArray(type) && type.includes("object")) ||
  (type === undefined && isObject(properties));

/** Anthropic refuses objects that are open, and limits that it cannot keep: these become words. */
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

export function closedSchema(schema: JsonObject, depth = 0): JsonObject {
  if (depth > DEEPEST) return schema;
  const { oneOf, ...rest } = within(schema, (inner) => closedSchema(inner, depth + 1));
  const limits = NOT_KEPT.filter((key) => key in rest);
  if (typeof rest["minItems"] === "number" && rest["minItems"] > 1) limits.push("minItems");
  const kept = Object.fromEntries(
    Object.entries(rest).filter(([key]) => key !== "$schema" && !limits.includes(key)),
  );
  const words = limits.map((key) => `${key}: ${jsonText(rest[key])}`).join(", ");
  return {
    ...kept,
    ...(Array.isArray(oneOf) && !("anyOf" in kept) ? { anyOf: oneOf } : {}),
    ...(isObjectType(kept) ? { additionalProperties: false } : {}),
    ...(words === "" ? {} : { description: [kept["description"], words].filter(Boolean).join("\n") }),
  };
}

/** Whether OpenAI can be held to it: objects are closed, and all they may have they must have. */
export function isStrictSchema(schema: JsonObject): boolean {
  let strict = true;
  let depth = 0;
  const look: Visit = (inner) => {
    if (isObjectType(inner)) {
      const required = Array.isArray(inner["required"]) ? inner["required"] : [];
      const names = Object.keys(isObject(inner["properties"]) ? inner["properties"] : {});
      if (inner["additionalProperties"] !== false || !names.every((name) => required.includes(name)))
        strict = false;
    }
    if (strict && ++depth <= DEEPEST) within(inner, look);
    depth--;
    return inner;
  };
  look(schema);
  return strict;
}
