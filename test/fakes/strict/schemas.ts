// The parts of JSON Schema that each API takes.
import { isObject, must } from "./rules.ts";

type Visit = (schema: Record<string, any>, place: string) => void;

const LISTS = ["anyOf", "oneOf", "allOf", "prefixItems"];
const NAMED = ["properties", "$defs", "definitions"];

function each(schema: unknown, visit: Visit, place = "schema"): void {
  if (!isObject(schema)) return;
  visit(schema, place);
  each(schema["items"], visit, `${place}.items`);
  for (const key of LISTS)
    if (Array.isArray(schema[key]))
      for (const [i, one] of schema[key].entries()) each(one, visit, `${place}.${key}[${i}]`);
  for (const key of NAMED)
    if (isObject(schema[key]))
      for (const [name, one] of Object.entries(schema[key])) each(one, visit, `${place}.${name}`);
}

const isType = (schema: Record<string, any>, type: string): boolean =>
  schema["type"] === type || (Array.isArray(schema["type"]) && schema["type"].includes(type));

const COMBINED = ["oneOf", "anyOf", "allOf", "enum", "not"];

/** OpenAI: "object schema missing properties", "array schema missing items", no combinations on top. */
export function mustBeOpenaiParameters(schema: any, strict: boolean): void {
  must(isObject(schema) && schema["type"] === "object", `schema must be of type "object"`);
  must(isObject(schema["properties"]), "In context=(), object schema missing properties");
  for (const key of COMBINED) must(!(key in schema), `schema must not have ${key} at the top level`);
  each(schema, (one, place) => {
    if (isType(one, "array"))
      must("items" in one || "prefixItems" in one, `${place}: array schema missing items`);
  });
  if (strict) mustBeStrict(schema);
}

/** OpenAI, strict: closed objects, everything required, no keyword that it cannot keep. */
export function mustBeStrict(schema: any): void {
  must(
    isObject(schema) && isType(schema, "object") && !("anyOf" in schema),
    "a strict schema is an object on top",
  );
  each(schema, (one, place) => {
    for (const key of [
      "allOf",
      "oneOf",
      "not",
      "if",
      "then",
      "else",
      "dependentRequired",
      "patternProperties",
      "propertyNames",
    ])
      must(!(key in one), `${place}: "${key}" is not permitted`);
    if (!isType(one, "object")) return;
    must(
      one["additionalProperties"] === false,
      `${place}: 'additionalProperties' is required to be supplied and to be false`,
    );
    const names = Object.keys(one["properties"] ?? {});
    must(
      names.every((name) => one["required"]?.includes(name)),
      `${place}: 'required' must include every key in properties`,
    );
  });
}

/** Anthropic, tools. */
export function mustBeAnthropicInput(schema: any): void {
  must(isObject(schema) && schema["type"] === "object", "input_schema.type: Field required");
  for (const key of ["oneOf", "allOf", "anyOf"])
    must(!(key in schema), `input_schema does not support oneOf, allOf, or anyOf at the top level`);
}

/** Anthropic, answers: closed objects, no limits. */
export function mustBeAnthropicFormat(schema: any): void {
  must(isObject(schema), "output_config.format.schema must be an object");
  each(schema, (one, place) => {
    for (const key of [
      "minimum",
      "maximum",
      "multipleOf",
      "minLength",
      "maxLength",
      "maxItems",
      "uniqueItems",
      "oneOf",
      "$schema",
    ])
      must(!(key in one), `${place}: "${key}" is not supported`);
    if (isType(one, "object"))
      must(one["additionalProperties"] === false, `${place}: 'additionalProperties' must be false`);
  });
}

/** Google's `…JsonSchema` fields take the whole language; what is no schema, or is defined nowhere, is refused. */
export const mustBeGoogleSchema = (schema: any): void => {
  must(isObject(schema) && schema["type"] === "object", "the schema must describe an object");
  must(!("$schema" in schema), "schema: $schema");
  each(schema, ({ $ref }, place) => {
    if ($ref === undefined) return;
    const name = /^#\/\$defs\/(.+)$/.exec($ref)?.[1];
    must(name !== undefined && schema["$defs"]?.[name], `reference to undefined schema at ${place}`);
  });
};
