// What is asked of one run of a program, and how it may end.
import type { Limits } from "./limits.ts";
import type { Warden } from "./warden.ts";

export interface ProgramOrder extends Limits {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly input: string;
  /** all of it, ms */
  readonly timeoutMs: number;
  /** who ends it when nobody else is left to */
  readonly warden: Pick<Warden, "hold" | "release">;
}

export type ProgramEnd =
  | {
      readonly kind: "ended";
      readonly exit: number | null;
      readonly signal: string | null;
      /** the end of it, short */
      readonly stderr: string;
    }
  /** It never ran, by the system's code of the reason; `ENOTDIR` for a folder that is none. */
  | { readonly kind: "unstarted"; readonly errno: string }
  /** It was ended; `why` is a clause. */
  | { readonly kind: "stopped"; readonly code: "cli_silent" | "cli_flooded"; readonly why: string };
