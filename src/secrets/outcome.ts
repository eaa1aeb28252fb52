// What became of one reference when its provider was asked.
import type { Secret } from "../core/secret.ts";

export type RefOutcome =
  | { readonly found: Secret }
  /** In words that hold no secret. `lasting`: asking again changes nothing until somebody edits the config. */
  | { readonly problem: string; readonly lasting?: true };

/** By id. */
export type Outcomes = ReadonlyMap<string, RefOutcome>;

export const failed = (problem: string): RefOutcome => ({ problem });

/** The same outcome for all. */
export const allOf = (ids: readonly string[], outcome: RefOutcome): Outcomes =>
  new Map(ids.map((id) => [id, outcome]));
