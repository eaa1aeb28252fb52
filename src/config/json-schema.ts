// The schemas of the config as JSON Schema, for forms and editors. Pure.
import type { GenericSchema } from "valibot";

export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: "object" | "array" | "string" | "number" | "integer" | "boolean";
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** What valibot's schemas are made of, as far as it matters here. */
interface Parts {
  readonly kind: string;
  readonly type: string;
  readonly pipe?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly rest?: unknown;
  readonly value?: unknown;
  readonly item?: unknown;
  readonly wrapped?: unknown;
  readonly literal?: unknown;
  readonly options?: readonly unknown[];
  readonly requirement?: unknown;
  readonly getter?: (input: unknown) => unknown;
}

/** Inputs that show every face of a schema that depends on its input. */
const FACES: readonly unknown[] = ["", {}, ...["env", "file", "exec"].map((source) => ({ source }))];

/** @param known what stands for schemas that check by code alone */
export function jsonSchemaOf(
  schema: GenericSchema,
  known: ReadonlyMap<unknown, readonly GenericSchema[]>,
): JsonSchema {
  const convert = (one: unknown) => jsonSchemaOf(one as GenericSchema, known);
  const branches = known.get(schema);
  if (branches) return anyOf(branches.map(convert));
  const parts = schema as unknown as Parts;
  if (parts.wrapped) return convert(parts.wrapped);
  if (parts.getter) return anyOf(facesOf(parts.getter).map(convert));
  const base = baseOf(parts, convert);
  const rules = (parts.pipe ?? []) as readonly Parts[];
  // What is put in lower case first would be refused by its pattern.
  const isLowered = rules.some(({ type }) => type === "to_lower_case");
  const ruled = rules.filter(({ type }) => type !== "regex" || !isLowered);
  return ruled.reduce((sofar, rule) => ({ ...sofar, ...ruleOf(rule) }), base);
}

function baseOf(parts: Parts, convert: (one: unknown) => JsonSchema): JsonSchema {
  switch (parts.type) {
    case "string":
    case "number":
    case "boolean":
      return { type: parts.type };
    case "literal":
      return { const: parts.literal };
    case "picklist":
      return { type: "string", enum: parts.options! };
    case "array":
      return { type: "array", items: convert(parts.item) };
    case "record":
      return { type: "object", additionalProperties: convert(parts.value) };
    case "object":
    case "object_with_rest":
      return objectOf(parts, convert);
    case "union":
      return anyOf(parts.options!.map(convert));
    default:
      return {};
  }
}

function objectOf({ entries = {}, rest }: Parts, convert: (one: unknown) => JsonSchema): JsonSchema {
  const isLeftOut = (one: unknown) => /optional|nullish/.test((one as Parts).type);
  const required = Object.keys(entries).filter((key) => !isLeftOut(entries[key]));
  return {
    type: "object",
    properties: Object.fromEntries(Object.entries(entries).map(([key, one]) => [key, convert(one)])),
    ...(required.length > 0 ? { required } : {}),
    ...(rest ? { additionalProperties: convert(rest) } : {}),
  };
}

/** A face that takes nothing at all only tells what is wrong. */
function facesOf(getter: (input: unknown) => unknown): unknown[] {
  const faces = new Set(FACES.map((input) => getter(input)));
  return [...faces].filter((face) => (face as Parts).type !== "custom");
}

const anyOf = (branches: readonly JsonSchema[]): JsonSchema =>
  branches.length === 1 ? branches[0]! : { anyOf: branches };

function ruleOf({ kind, type, requirement }: Parts): JsonSchema {
  if (kind !== "validation") return {};
  if (type === "integer") return { type: "integer" };
  if (type === "regex") return { pattern: (requirement as RegExp).source };
  const name = RULES[type];
  return name === undefined ? {} : { [name]: requirement };
}

const RULES: Readonly<Record<string, keyof JsonSchema>> = {
  min_length: "minLength",
  max_length: "maxLength",
  min_value: "minimum",
  gt_value: "exclusiveMinimum",
  max_value: "maximum",
};
