// Reading fields of answers that may hold anything.
import type { JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";

export const objectAt = (value: unknown, key: string): JsonObject | undefined => {
  const field = isObject(value) ? value[key] : undefined;
  return isObject(field) ? field : undefined;
};

export const objectsAt = (value: unknown, key: string): JsonObject[] => {
  const field = isObject(value) ? value[key] : undefined;
  return Array.isArray(field) ? field.slice(0, 200).filter(isObject) : [];
};

export const textAt = (value: unknown, key: string): string | undefined => {
  const field = isObject(value) ? value[key] : undefined;
  return typeof field === "string" && field.trim() !== "" ? field : undefined;
};

export const numberAt = (value: unknown, key: string): number | undefined => {
  const field = isObject(value) ? value[key] : undefined;
  return typeof field === "number" ? field : undefined;
};

/** Also a number written as text. */
export const amountAt = (value: unknown, key: string): number | undefined => {
  const field = isObject(value) ? value[key] : undefined;
  if (typeof field === "number") return field;
  return typeof field === "string" ? numberIn(field) : undefined;
};

export const numberIn = (text: string | undefined): number | undefined =>
  text !== undefined && /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;

/** ISO 8601 to ms since epoch. */
export const isoAt = (value: unknown, key: string): number | undefined => isoIn(textAt(value, key));

export function isoIn(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** From here on a number counts milliseconds since the epoch, below seconds. */
const FIRST_MILLISECONDS = 1e12;

/** Epoch seconds or milliseconds, told apart by their size. */
export const epochMs = (given: number | undefined): number | undefined =>
  given === undefined ? undefined : given < FIRST_MILLISECONDS ? given * 1000 : given;

/** `5h`, `Week`, `30m`: what a window of this length is called. */
export function spanLabel(seconds: number): string {
  const hours = seconds / 3600;
  if (hours >= 24 * 28) return "Month";
  if (hours >= 168) return "Week";
  return hours < 1 ? `${Math.round(seconds / 60)}m` : `${Math.round(hours)}h`;
}
