// Secrets taken out of texts and documents that are copies of others. Pure.
import { parseDocument } from "../../config/document.ts";
import { REDACTED } from "../../config/redact.ts";
import { isObject } from "../../core/json.ts";

/** Shorter ones would meet other words by chance: they are taken only where they are a whole text. */
const SHORTEST_INSIDE = 8;

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Longer ones first: one may be part of another. */
const byLength = (values: Iterable<string>): string[] =>
  [...new Set(values)].filter((value) => value !== "").toSorted((a, b) => b.length - a.length);

/** Whether one of the secrets stands in the value, at any depth. */
export function holds(value: unknown, values: Iterable<string>): boolean {
  const sought = byLength(values);
  const inText = (text: string) =>
    sought.some((one) =>
      one.length < SHORTEST_INSIDE ? text.trim() === one : text.includes(one) || text.includes(inJson(one)),
    );
  const inAny = (each: unknown): boolean =>
    typeof each === "string"
      ? inText(each)
      : typeof each === "object" && each !== null && Object.values(each).some(inAny);
  return inAny(value);
}

/** The value without the secrets: what holds one reads as a stand-in that nobody takes for a secret. */
export function withoutSecrets(value: unknown, values: Iterable<string>): unknown {
  const sought = byLength(values);
  const clean = (each: unknown): unknown => {
    if (typeof each === "string") return cleanText(each, sought);
    if (Array.isArray(each)) return each.map(clean);
    if (!isObject(each)) return each;
    return Object.fromEntries(Object.entries(each).map(([key, entry]) => [key, clean(entry)]));
  };
  return clean(value);
}

function cleanText(text: string, sought: readonly string[]): string {
  return sought.reduce((left, one) => {
    if (one.length < SHORTEST_INSIDE) return left.trim() === one ? REDACTED : left;
    return left.replaceAll(one, REDACTED).replaceAll(inJson(one), REDACTED);
  }, text);
}

/** A file's text without the secrets; its layout stays where they are written plainly. `undefined`: it holds none. */
export function redactedText(text: string, values: Iterable<string>): string | undefined {
  const sought = byLength(values);
  const parsed = parseDocument(Buffer.from(text));
  const cleaned = sought.reduce(withoutOne, text);
  const left = parseDocument(Buffer.from(cleaned));
  // An escape that is written otherwise than usual, or a copy that the replacement broke.
  if ("value" in parsed && !("value" in left && !holds(left.value, sought)))
    return `${JSON.stringify(withoutSecrets(parsed.value, sought), null, 2)}\n`;
  return cleaned === text ? undefined : cleaned;
}

function withoutOne(text: string, one: string): string {
  if (one.length >= SHORTEST_INSIDE) return cleanText(text, [one]);
  return [`"${inJson(one)}"`, `'${one}'`].reduce(
    (left, quoted) => left.replaceAll(quoted, `"${REDACTED}"`),
    text,
  );
}
