// A plugin that does not do what it should: costs its own provider, and is told in one sentence.
import { Secret } from "../../core/secret.ts";

/** The message completes "Plugin <name>: …"; no secret in it. */
export class PluginFault extends Error {
  override readonly name = "PluginFault";
}

const LONGEST = 300;

/** Words of a plugin, fit to be shown: one line, no secret that it was given, no control characters. */
export function shownWords(words: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret !== "");
  const hidden = known.reduce((text, secret) => new Secret(secret).hideIn(text), words.slice(0, 2000));
  const line = hidden.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
