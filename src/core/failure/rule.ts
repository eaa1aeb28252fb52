// The shape of the failure tables: what an answer must show, and what it then means.
import type { FailureKind, FailureScope } from "./failure.ts";
import type { Evidence } from "./evidence.ts";

/** Matches when every condition given holds. The first rule that matches decides. */
export interface Rule {
  /** Error statuses; `undefined` in the list stands for an answer without one. */
  readonly status?: readonly (number | undefined)[];
  /** Against each machine word alone: codes, types, reasons. */
  readonly code?: RegExp;
  /** Against messages and machine words, one a line. */
  readonly text?: RegExp;
  /** Must not match the same text. */
  readonly unless?: RegExp;
  /** A header's value. */
  readonly header?: readonly [name: string, value: RegExp];
  /** Nothing was said at all. */
  readonly empty?: true;
  readonly kind: FailureKind;
  /** Left out where the provider's usual scope, or the words, tell it. */
  readonly scope?: FailureScope;
}

/** Rules of one vendor, for every provider id that speaks to it. */
export interface RuleTable {
  /** provider ids and their aliases */
  readonly providers: readonly string[];
  readonly rules?: readonly Rule[];
  /** How far a kind of failure usually reaches at this vendor. */
  readonly scopes?: Partial<Record<FailureKind, FailureScope>>;
  /** Quotas that start anew at midnight of a zone, whatever shorter time the answer names. */
  readonly midnights?: readonly { readonly text: RegExp; readonly zone: string }[];
  /** Limits that waiting does not lift. */
  readonly neverResets?: RegExp;
  /** Zone of the vendor's dates that name none; UTC unless told. */
  readonly zone?: string;
}

export function matches(rule: Rule, seen: Evidence): boolean {
  if (rule.status && !rule.status.includes(seen.status)) return false;
  if (rule.empty && seen.text !== "") return false;
  if (rule.code && !seen.codes.some((code) => rule.code!.test(code))) return false;
  if (rule.text && !rule.text.test(seen.text)) return false;
  if (rule.unless?.test(seen.text)) return false;
  return rule.header === undefined || rule.header[1].test(seen.headers[rule.header[0]] ?? "");
}
