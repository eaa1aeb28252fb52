// Readings of usage windows as they come back from a store.
import type { JsonObject } from "./json.ts";
import { isObject } from "./json.ts";
import type { UsageReading } from "./usage-window.ts";

/** Whether a stored value is what `readingOf` made: hands and other versions may have been at it. */
export const isReading = (value: unknown): value is UsageReading =>
  isObject(value) &&
  Number.isFinite(value["readAt"]) &&
  isListOf(value["windows"], isWindow) &&
  isListOf(value["balances"] ?? [], isBalance);

const isListOf = (value: unknown, fits: (each: JsonObject) => boolean): boolean =>
  Array.isArray(value) && value.every((each) => isObject(each) && fits(each));

const isWindow = (window: JsonObject): boolean =>
  ["label", "unit", "scope"].every((key) => typeof window[key] === "string") &&
  ["used", "limit", "readAt"].every((key) => Number.isFinite(window[key])) &&
  (window["resetsAt"] === null || Number.isFinite(window["resetsAt"]));

const isBalance = (balance: JsonObject): boolean =>
  ["label", "unit"].every((key) => typeof balance[key] === "string") && Number.isFinite(balance["amount"]);
