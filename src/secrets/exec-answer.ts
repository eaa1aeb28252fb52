// What a program's output says of the references that it was asked for. Pure (fidelity spec §8, "Exec protocol").
import { hideSecrets } from "../core/hide-secrets.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import { Secret } from "../core/secret.ts";
import type { Outcomes, RefOutcome } from "./outcome.ts";
import { allOf, failed } from "./outcome.ts";

const PROTOCOL = 1;

/** What the program gets on stdin. */
export const questionFor = (alias: string, ids: readonly string[]): string =>
  JSON.stringify({ protocolVersion: PROTOCOL, provider: alias, ids });

/** @param jsonOnly plain text is no answer; without it, it is one where a single id was asked for */
export function judgeOutput(output: string, ids: readonly string[], jsonOnly: boolean): Outcomes {
  const text = output.replace(/^\uFEFF/, "").trim();
  if (text === "") return allOf(ids, failed("it printed nothing"));
  const json = parsed(text);
  const plain = !isObject(json) && !Array.isArray(json);
  const [id, ...others] = ids;
  if (plain && !jsonOnly && id !== undefined && others.length === 0)
    return new Map([[id, valueOf(typeof json === "string" ? json : text)]]);
  if (!isObject(json)) return allOf(ids, failed("it printed no JSON object"));
  return judgeAnswer(json, ids);
}

function judgeAnswer(json: JsonObject, ids: readonly string[]): Outcomes {
  const { protocolVersion, values, errors } = json;
  if (protocolVersion !== PROTOCOL)
    return allOf(ids, failed(`the protocolVersion of its answer is not ${PROTOCOL}`));
  if (!isObject(values)) return allOf(ids, failed("its answer has no values"));
  const refusals = isObject(errors) ? errors : {};
  return new Map(
    ids.map((id) => {
      if (Object.hasOwn(refusals, id)) return [id, failed(refusalIn(refusals[id], id))];
      return [id, Object.hasOwn(values, id) ? valueOf(values[id]) : failed("its answer leaves it out")];
    }),
  );
}

const valueOf = (value: unknown): RefOutcome =>
  typeof value === "string" && value.trim() !== ""
    ? { found: new Secret(value) }
    : failed("its answer for it is no text, or empty");

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const MOST_WORDS = 200;

/** Its own words, without what may be a secret: they come from somewhere that has many. */
function refusalIn(refusal: unknown, id: string): string {
  const message = isObject(refusal) ? refusal["message"] : undefined;
  if (typeof message !== "string" || message.trim() === "") return "it refused";
  return `it says: ${shownWords(message, id)}`;
}

/** Long runs of mixed characters are hidden, whatever they are, but for the id. */
const LONG_RUN = /[^\s"'`,;:()[\]{}<>]{12,}/g;

export function shownWords(words: string, id: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is taken out
  const line = hideSecrets(words.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ").trim());
  const shown = line.replace(LONG_RUN, (run) => (run === id || isWord(run) ? run : "[hidden]"));
  return shown.length > MOST_WORDS ? `${shown.slice(0, MOST_WORDS)}…` : shown;
}

/** Letters alone, as in a language: `unauthenticated`. */
const isWord = (run: string): boolean => /^[a-z]{1,20}[.!?]?$/i.test(run);
