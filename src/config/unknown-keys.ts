// Keys that mean nothing where they stand, found by the schema itself. Nothing is refused for them.
import type { GenericSchema } from "valibot";
import { isObject } from "../core/json.ts";
import { nearest, slip } from "../core/nearest.ts";
import { formatPath } from "./document.ts";

type Place = readonly (string | number)[];
/** What is said of a key that is not known beside `known`, if anything. */
export type Remark = (place: Place, known: readonly string[]) => string | undefined;

/** For files that are ours alone: every key is told. */
export const everyKey =
  (file: string): Remark =>
  (place, known) => {
    const meant = nearest(String(place.at(-1)), known);
    const hint = meant === undefined ? `Known here: ${known.join(", ")}.` : `Did you mean ${meant}?`;
    return `${file}: ${formatPath(place)} is not a setting. ${hint}`;
  };

/** For a file that we share with OpenClaw, which has settings that are not ours: only what looks mistyped. */
export const mistypedKeys: Remark = (place, known) => {
  const meant = slip(String(place.at(-1)), known);
  return meant === undefined ? undefined : `${formatPath(place)} is not a setting. Did you mean ${meant}?`;
};

/** What valibot's schemas are made of, as far as it matters here. */
interface Parts {
  readonly type: string;
  readonly entries?: Readonly<Record<string, GenericSchema>>;
  readonly rest?: GenericSchema;
  readonly value?: GenericSchema;
  readonly item?: GenericSchema;
  readonly wrapped?: GenericSchema;
  readonly options?: readonly unknown[];
  readonly getter?: (input: unknown) => GenericSchema;
}

export function unknownKeys(schema: GenericSchema, value: unknown, place: Place, remark: Remark): string[] {
  const parts = schema as unknown as Parts;
  if (parts.wrapped) return unknownKeys(parts.wrapped, value, place, remark);
  if (parts.getter) return unknownKeys(parts.getter(value), value, place, remark);
  if (parts.type === "union")
    return (parts.options as GenericSchema[]).flatMap((one) =>
      fits(one, value) ? unknownKeys(one, value, place, remark) : [],
    );
  if (parts.item && Array.isArray(value))
    return value.flatMap((one, i) => unknownKeys(parts.item!, one, [...place, i], remark));
  if (!isObject(value)) return [];
  const { entries } = parts;
  if (!entries)
    return parts.type === "record" && parts.value
      ? Object.keys(value).flatMap((key) => unknownKeys(parts.value!, value[key], [...place, key], remark))
      : [];
  return Object.keys(value).flatMap((key) => {
    if (Object.hasOwn(entries, key)) return unknownKeys(entries[key]!, value[key], [...place, key], remark);
    return parts.rest ? [] : (remark([...place, key], Object.keys(entries)) ?? []);
  });
}

/** Of a union: the part that an object is meant for. */
function fits(schema: GenericSchema, value: unknown): boolean {
  const parts = schema as unknown as Parts;
  const { type } = parts.getter ? (parts.getter(value) as unknown as Parts) : parts;
  return isObject(value) && (type === "object" || type === "record");
}
