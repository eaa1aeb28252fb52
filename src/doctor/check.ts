// The shape of a check. All of them are listed in all.ts, each is one file in checks/.
import type { World } from "./world.ts";

export type Severity = "info" | "warning" | "error";
export const SEVERITIES: readonly Severity[] = ["info", "warning", "error"];

export interface Problem {
  readonly severity: Severity;
  /** what is wrong, in one or two sentences; no secret in it */
  readonly message: string;
  /** file, or place in the config */
  readonly path?: string;
  /** what a person can do */
  readonly fixHint?: string;
  /** what `mend` does about it, as a line of the plan; absent when only a person can help */
  readonly repair?: string;
}

export interface Check {
  /** for `--only` and `--skip`; stable */
  readonly id: string;
  /** Pure. */
  readonly look: (world: World) => readonly Problem[];
  /**
   * The world with the problems that have a `repair` gone. Pure.
   *
   * @throws AccessError `config_invalid` when the config would not be usable afterwards
   */
  readonly mend?: (world: World) => World;
  /** `mend` may bring in credentials that could not be used before. */
  readonly imports?: true;
  /** `mend` needs to know nothing but the files themselves: it works while the config is broken. */
  readonly withoutConfig?: true;
}

export const FIX = "Run: openclaw doctor --fix";
