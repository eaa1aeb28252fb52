// The whole schema of openclaw.json with its hints, and one place of it (OpenClaw docs, "Gateway protocol":
// config.schema, config.schema.lookup).
import { AccessError } from "../core/errors.ts";
import { parseConfigPath } from "./config-path.ts";
import type { JsonSchema } from "./json-schema.ts";
import { jsonSchemaOf } from "./json-schema.ts";
import { SECTIONS } from "./schema.ts";
import type { Hint } from "./schema-hints.ts";
import { HINTS } from "./schema-hints.ts";
import { secretProvider, secretProviders } from "./schema-secrets.ts";

/** Keys that only OpenClaw reads are allowed everywhere, and not described. */
export function configJsonSchema(): JsonSchema {
  const known = new Map([[secretProvider, Object.values(secretProviders)]]);
  const sections = Object.entries(SECTIONS).map(
    ([name, section]) => [name, described(jsonSchemaOf(section, known), name)] as const,
  );
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "openclaw.json",
    type: "object",
    properties: { $schema: { type: "string" }, ...Object.fromEntries(sections) },
  };
}

/** With the words of the hints as titles and descriptions. */
function described(schema: JsonSchema, place: string): JsonSchema {
  const { label, help } = HINTS[place] ?? {};
  return {
    ...(label === undefined ? {} : { title: label }),
    ...(help === undefined ? {} : { description: help }),
    ...withParts(schema, place),
  };
}

function withParts(schema: JsonSchema, place: string): JsonSchema {
  const { properties, additionalProperties, items, anyOf } = schema;
  const parts = Object.entries(properties ?? {}).map(
    ([key, one]) => [key, described(one, `${place}.${key}`)] as const,
  );
  return {
    ...schema,
    ...(properties ? { properties: Object.fromEntries(parts) } : {}),
    ...(additionalProperties ? { additionalProperties: described(additionalProperties, `${place}.*`) } : {}),
    ...(items ? { items: described(items, `${place}[]`) } : {}),
    ...(anyOf ? { anyOf: anyOf.map((one) => withParts(one, place)) } : {}),
  };
}

export type ReloadKind = "restart" | "hot";

/** Of what a running gateway cannot take over (gateway/settings/follow.ts). */
const LASTING = [
  "gateway.port",
  "gateway.bind",
  "gateway.customBindHost",
  "gateway.tls",
  "env.shellEnv",
  "logging.file",
  "agents.list[].agentDir",
];

export interface SchemaPlace {
  /** as it was asked for, in one spelling */
  readonly path: string;
  /** one level of it */
  readonly schema: JsonSchema;
  readonly hint?: Hint;
  readonly hintPath?: string;
  /** absent where parts of it differ */
  readonly reloadKind?: ReloadKind;
  readonly children: readonly SchemaChild[];
}

export interface SchemaChild {
  readonly key: string;
  readonly path: string;
  readonly type?: JsonSchema["type"];
  readonly required: boolean;
  readonly hasChildren: boolean;
  readonly reloadKind?: ReloadKind;
  readonly hint?: Hint;
  readonly hintPath?: string;
}

interface Spot {
  readonly schema: JsonSchema;
  readonly path: string;
  /** with `*` and `[]` in the place of names and numbers */
  readonly pattern: string;
}

/**
 * @param text `gateway.auth`, `agents.list[0].id`, `agents.list[].id`, `models.providers.*.apiKey`
 * @throws AccessError `bad_input` for a place that is not described
 */
export function lookupSchema(text: string): SchemaPlace {
  const keys = parseConfigPath(text.replaceAll("[]", "[*]"));
  let spot: Spot = { schema: configJsonSchema(), path: "", pattern: "" };
  for (const key of keys) spot = below(spot, String(key)) ?? unknownPlace(text);
  const children = branchesOf(spot.schema).flatMap((branch) => childrenOf(branch, spot));
  const { anyOf } = spot.schema;
  return {
    path: spot.path,
    schema: { ...shallow(spot.schema), ...(anyOf ? { anyOf: anyOf.map(shallow) } : {}) },
    ...about(spot),
    children: [...new Map(children.map((child) => [child.key, child])).values()],
  };
}

function unknownPlace(text: string): never {
  throw new AccessError(
    "bad_input",
    `The schema has no place "${text.slice(0, 200)}". It may be a setting of OpenClaw that this program does not read.`,
  );
}

const branchesOf = (schema: JsonSchema): readonly JsonSchema[] =>
  schema.anyOf ? schema.anyOf.flatMap(branchesOf) : [schema];

const PARTS: ReadonlySet<string> = new Set(["properties", "additionalProperties", "items", "anyOf"]);

const shallow = (schema: JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => !PARTS.has(key)));

function below({ schema, path, pattern }: Spot, key: string): Spot | undefined {
  for (const { properties, additionalProperties, items } of branchesOf(schema)) {
    const named = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (named) return { schema: named, path: joined(path, key), pattern: joined(pattern, key) };
    if (items && /^(\d+|\*)$/.test(key))
      return { schema: items, path: `${path}[${key === "*" ? "" : key}]`, pattern: `${pattern}[]` };
    if (additionalProperties)
      return { schema: additionalProperties, path: joined(path, key), pattern: joined(pattern, "*") };
  }
  return undefined;
}

/** A key with a dot is written so that it can be asked for again. */
function joined(path: string, key: string): string {
  if (/[.[\]\s]/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

function childrenOf(branch: JsonSchema, spot: Spot): SchemaChild[] {
  const keys = [
    ...Object.keys(branch.properties ?? {}),
    ...(branch.additionalProperties || branch.items ? ["*"] : []),
  ];
  return keys.flatMap((key) => {
    const child = below({ ...spot, schema: branch }, key);
    if (!child) return [];
    const { type } = child.schema;
    const hasChildren = branchesOf(child.schema).some(
      (one) => one.properties || one.additionalProperties || one.items,
    );
    return {
      key: key === "*" && branch.items ? "[]" : key,
      path: child.path,
      ...(type === undefined ? {} : { type }),
      required: branch.required?.includes(key) ?? false,
      hasChildren,
      ...about(child),
    };
  });
}

function about({ pattern }: Spot): Pick<SchemaPlace, "hint" | "hintPath" | "reloadKind"> {
  const hint = HINTS[pattern];
  const reloadKind = reloadKindOf(pattern);
  return {
    ...(hint ? { hint, hintPath: pattern } : {}),
    ...(reloadKind === undefined ? {} : { reloadKind }),
  };
}

const isWithin = (inner: string, outer: string): boolean =>
  inner === outer || (inner.startsWith(outer) && /^[.[]/.test(inner.slice(outer.length)));

function reloadKindOf(pattern: string): ReloadKind | undefined {
  if (LASTING.some((lasting) => isWithin(pattern, lasting))) return "restart";
  return LASTING.some((lasting) => pattern === "" || isWithin(lasting, pattern)) ? undefined : "hot";
}
