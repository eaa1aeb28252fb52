// `--if`: a small closed set of changes to the inputs of a decision, as they are typed. Pure.
import { AccessError } from "../errors.ts";
import type { ProfileId, ProviderId } from "../ids.ts";
import type { ModelRef } from "../model-ref.ts";
import { splitModelRef } from "../model-ref.ts";
import { nearest } from "../nearest.ts";
import type { CandidateRecord, Receipt } from "../receipt.ts";

export type Change =
  | { readonly kind: "order"; readonly provider: ProviderId; readonly ids: readonly ProfileId[] }
  | { readonly kind: "no-order"; readonly provider: ProviderId }
  | { readonly kind: "cooldown" | "ready" | "without"; readonly ids: readonly ProfileId[] }
  | { readonly kind: "pin" | "session"; readonly id: ProfileId | undefined }
  | { readonly kind: "crossing"; readonly allowed: boolean }
  | { readonly kind: "model"; readonly models: readonly ModelRef[] };

type Kind = Change["kind"];

/** What can be written, and what it means. */
export const CHANGE_FORMS = {
  order: "order=<profile>,…: this explicit order; what it omits is not tried",
  "no-order": "no-order=<provider>: no explicit order",
  cooldown: "cooldown=<profile>,…: as if these were cooling down",
  ready: "ready=<profile>,…: as if nothing kept these from being used",
  without: "without=<profile>,…: as if these were not there",
  pin: "pin=<profile>, or none: only this one for the first model",
  session: "session=<profile>, or none: as if this one had served the conversation last",
  crossing: "crossing=allow, or never: whether it may move on to what costs money for each call",
  model: "model=<provider/model>,…: these models, first choice first",
} as const satisfies Record<Kind, string>;

const KINDS = Object.keys(CHANGE_FORMS) as Kind[];

/**
 * One `--if` of a person.
 *
 * @throws AccessError `bad_input`, `unknown_profile`, `unknown_provider`: what the receipt does not hold cannot be asked
 */
export function parseChange(text: string, receipt: Receipt): Change {
  const equals = text.indexOf("=");
  const kind = (equals === -1 ? text : text.slice(0, equals)).trim().toLowerCase();
  if (!isKind(kind)) throw unknownKind(text, kind);
  const values = equals === -1 ? [] : wordsOf(text.slice(equals + 1));
  if (values.length === 0) throw bad(text, `it names nothing. Write ${CHANGE_FORMS[kind]}.`);
  return changeOf({ text, kind, values, records: [...receipt.candidates, ...(receipt.omitted ?? [])] });
}

interface Typed {
  readonly text: string;
  readonly kind: Kind;
  readonly values: readonly string[];
  readonly records: readonly CandidateRecord[];
}

function changeOf(typed: Typed): Change {
  const { text, kind, values } = typed;
  switch (kind) {
    case "order":
      return orderOf(typed);
    case "no-order":
      return { kind, provider: knownProvider(only(typed), typed) };
    case "cooldown":
    case "ready":
    case "without":
      return { kind, ids: values.map((id) => known(id, typed).profileId) };
    case "pin":
    case "session": {
      const id = only(typed);
      return { kind, id: id.toLowerCase() === "none" ? undefined : known(id, typed).profileId };
    }
    case "crossing":
      return { kind, allowed: isAllowed(typed) };
    case "model":
      return { kind, models: values.map((value) => modelOf(value, text, typed)) };
  }
}

function orderOf(typed: Typed): Change {
  const { text, values } = typed;
  const records = values.map((id) => known(id, typed));
  const { provider } = records[0]!;
  const other = records.find((record) => record.provider !== provider);
  if (other)
    throw bad(
      text,
      `${other.profileId} is of ${other.provider}, the first of ${provider}. Give each provider its own --if.`,
    );
  const twice = values.find((id, i) => values.indexOf(id) !== i);
  if (twice !== undefined) throw bad(text, `${twice} is in it twice. Leave one out.`);
  return { kind: "order", provider, ids: records.map(({ profileId }) => profileId) };
}

function modelOf(value: string, text: string, typed: Typed): ModelRef {
  const ref = splitModelRef(value);
  if (!ref) throw bad(text, `"${value}" names no provider. Write provider/model.`);
  return { ...ref, provider: knownProvider(ref.provider, typed) };
}

function isAllowed(typed: Typed): boolean {
  const word = only(typed).toLowerCase();
  if (word === "allow" || word === "never") return word === "allow";
  throw bad(typed.text, `it is allow or never. Write ${CHANGE_FORMS.crossing}.`);
}

function only({ text, kind, values }: Typed): string {
  if (values.length === 1) return values[0]!;
  throw bad(text, `it takes one value. Write ${CHANGE_FORMS[kind]}.`);
}

function known(id: string, { text, records }: Typed): CandidateRecord {
  const found = records.find(({ profileId }) => profileId === id);
  if (found) return found;
  const ids = records.map(({ profileId }) => profileId);
  throw new AccessError(
    "unknown_profile",
    `--if "${text}": the receipt holds no profile ${id}. ${holds(id, ids)}`,
  );
}

function knownProvider(id: string, { text, records }: Typed): ProviderId {
  const providers = [...new Set(records.map(({ provider }) => provider))];
  const found = providers.find((provider) => provider === id.toLowerCase());
  if (found !== undefined) return found;
  throw new AccessError(
    "unknown_provider",
    `--if "${text}": the receipt holds no profile of ${id}, so nothing can be said of it. ${holds(id, providers)}`,
  );
}

const MOST_NAMED = 8;

function holds(typed: string, names: readonly string[]): string {
  const near = nearest(typed, names);
  if (near !== undefined) return `Did you mean ${near}?`;
  if (names.length === 0) return "It holds none at all.";
  const more = names.length > MOST_NAMED ? `, and ${names.length - MOST_NAMED} more` : "";
  return `It holds ${names.slice(0, MOST_NAMED).join(", ")}${more}.`;
}

function unknownKind(text: string, kind: string): AccessError {
  const near = nearest(kind, KINDS);
  const forms = `Write one of: ${KINDS.map((each) => `${each}=`).join(", ")}.`;
  return bad(text, `no such change. ${near === undefined ? forms : `Did you mean ${near}=? ${forms}`}`);
}

const bad = (text: string, why: string): AccessError =>
  new AccessError("bad_input", `--if "${text}": ${why}`);

const isKind = (text: string): text is Kind => Object.hasOwn(CHANGE_FORMS, text);

const wordsOf = (text: string): string[] =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
