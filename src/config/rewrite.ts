// The text of a settings file with other values: comments and layout stay.
import { isDeepStrictEqual } from "node:util";
import { AccessError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { isPlainJson } from "../core/json.ts";
import { parseDocument } from "./document.ts";

export const printNew = (document: JsonObject): string => `${JSON.stringify(document, null, 2)}\n`;

/** The old text with only the changed places rewritten, proven by parsing it again. */
export async function rewrite(path: string, source: string, next: JsonObject): Promise<string> {
  // The largest part of the program's editing: loaded when there is something to edit.
  const { patchText } = await import("./json5-patch.ts");
  const mark = source.startsWith("\uFEFF") ? "\uFEFF" : "";
  try {
    const text = mark + patchText(source.slice(mark.length), next);
    if (holds(text, next)) return text;
  } catch {
    // Falls through: a text that cannot be patched is no reason to lose it.
  }
  const plain = printNew(next);
  if (isPlainJson(source.slice(mark.length)) && holds(plain, next)) return plain;
  throw new AccessError(
    "config_invalid",
    `${path} cannot be edited without losing its comments. Make the change by hand.`,
  );
}

function holds(text: string, document: JsonObject): boolean {
  const parsed = parseDocument(Buffer.from(text));
  return "value" in parsed && isDeepStrictEqual(parsed.value, document);
}
