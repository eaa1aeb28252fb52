// A file that a flag names, as text.
import { readFileSync } from "node:fs";
import { AccessError, messageOf } from "../core/errors.ts";

/** @throws AccessError `bad_input` */
export function textOfFile(path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (cause) {
    const message = `${path} cannot be read as UTF-8 text: ${messageOf(cause)}.`;
    throw new AccessError("bad_input", message, { cause });
  }
}
