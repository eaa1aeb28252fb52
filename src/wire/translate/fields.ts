// Reading a client's request field by field: what is there has the right type, or the client is told where it
// has not. Fields that only their own protocol knows are refused or named as dropped.
import { AccessError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";

export const fault = (place: string, what: string): AccessError =>
  new AccessError("bad_input", `${place} ${what}.`);

/** A kind of content that only its own protocol has. */
export const notCarried = (type: unknown, place: string): AccessError =>
  fault(
    `${place}.type`,
    `${typeof type === "string" ? JSON.stringify(type.slice(0, 64)) : "that is no text"} cannot be carried to a provider of another protocol`,
  );

const absent = (value: unknown): value is undefined | null => value === undefined || value === null;

export function numberAt(body: JsonObject, field: string, place = field): number | undefined {
  const value = body[field];
  if (absent(value)) return undefined;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw fault(place, "must be a number");
}

/** A number of tokens to ask for. */
export function countAt(body: JsonObject, field: string, place = field): number | undefined {
  const value = numberAt(body, field, place);
  if (value === undefined || (Number.isSafeInteger(value) && value > 0)) return value;
  throw fault(place, "must be a whole number, 1 or more");
}

export function textAt(body: JsonObject, field: string, place = field): string | undefined {
  const value = body[field];
  if (absent(value)) return undefined;
  if (typeof value === "string") return value;
  throw fault(place, "must be text");
}

/** Text that must be there and say something. */
export function nameAt(body: JsonObject, field: string, place: string): string {
  const value = body[field];
  if (typeof value === "string" && value !== "") return value;
  throw fault(place, "must be text that is not empty");
}

export function flagAt(body: JsonObject, field: string): boolean | undefined {
  const value = body[field];
  if (absent(value)) return undefined;
  if (typeof value === "boolean") return value;
  throw fault(field, "must be true or false");
}

export function objectAt(body: JsonObject, field: string, place = field): JsonObject | undefined {
  const value = body[field];
  if (absent(value)) return undefined;
  if (isObject(value)) return value;
  throw fault(place, "must be an object");
}

/** The objects of a list, with the place of each; empty when the field is not there. */
export function objectsAt(body: JsonObject, field: string, place = field): [JsonObject, string][] {
  const value = body[field];
  if (absent(value)) return [];
  if (!Array.isArray(value)) throw fault(place, "must be a list");
  return value.map((item: unknown, i) => {
    if (isObject(item)) return [item, `${place}[${i}]`];
    throw fault(`${place}[${i}]`, "must be an object");
  });
}

/** One text or several. */
export function textsAt(body: JsonObject, field: string): string[] {
  const value = body[field];
  if (absent(value)) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.every((item) => typeof item === "string")) return list;
  throw fault(field, "must be text or a list of texts");
}

/** A whole answer in one piece of JSON: `undefined` members are left out, as JSON does. */
export function defined<T extends object>(value: T): T {
  const result: Partial<T> = {};
  for (const key of Object.keys(value) as (keyof T)[]) if (value[key] !== undefined) result[key] = value[key];
  return result as T;
}

/** What a protocol knows of its own fields. */
export interface FieldRules {
  /** read into the neutral request */
  readonly read: readonly string[];
  /** field → whether a value says no more than leaving it out would; any other is refused */
  readonly onlyDefault: Readonly<Record<string, (value: unknown) => boolean>>;
}

/**
 * The fields that are neither read nor refused: hints, and extensions of vendors.
 *
 * @throws AccessError `bad_input` for a field that asks for what no other protocol can give
 */
export function hintsIn(body: JsonObject, { read, onlyDefault }: FieldRules, other: string): string[] {
  return Object.keys(body).filter((field) => {
    const value = body[field];
    if (absent(value) || read.includes(field)) return false;
    if (!Object.hasOwn(onlyDefault, field)) return true;
    if (onlyDefault[field]!(value)) return false;
    throw fault(field, `cannot be carried to a provider of another protocol: ${other}`);
  });
}
