// What an apply tells: before it, in a dry run, and after it.
import type { AgentId } from "../../core/ids.ts";
import { refKey } from "../../core/secret-ref.ts";
import type { Preflight } from "./preflight.ts";

export interface ApplyReport {
  readonly version: 1;
  /** Nothing stands in the way; when not a dry run: all was done, and nothing remains. */
  readonly ok: boolean;
  readonly dryRun: boolean;
  readonly targets: readonly {
    readonly type: string;
    readonly path: string;
    readonly agentId?: AgentId;
    readonly ref: string;
    readonly was: "plaintext" | "reference" | "absent";
  }[];
  /** what stands in the way, a sentence each */
  readonly problems: readonly string[];
  /** Targets whose reference holds another secret than stands there. */
  readonly differing: readonly string[];
  readonly refsChecked: number;
  readonly skippedExecRefs: number;
  /** An earlier run that was cut short was finished. */
  readonly resumed: boolean;
  readonly changedFiles: readonly string[];
  /** files in which a moved secret still stands, absolute */
  readonly remains: readonly string[];
  /** Stores whose log keeps old pages: a program has them open. */
  readonly notScrubbed: readonly string[];
}

interface Asked {
  readonly allowExec: boolean;
  readonly replace: boolean;
  readonly dryRun: boolean;
}

export function reportOf(seen: Preflight, { dryRun, replace, allowExec }: Asked): ApplyReport {
  const { standing, problems, differing, refsChecked, skippedExecRefs, usesPrograms } = seen;
  const programs = usesPrograms && !allowExec && !dryRun;
  return {
    version: 1,
    ok: problems.length === 0 && (replace || differing.length === 0) && !programs,
    dryRun,
    targets: standing.map(({ target, was }) => ({
      type: target.type,
      path: target.path,
      ...(target.kind === "profile" && { agentId: target.agentId }),
      ref: refKey(target.ref),
      was: "plain" in was ? "plaintext" : "ref" in was ? "reference" : "absent",
    })),
    problems,
    differing,
    refsChecked,
    skippedExecRefs,
    resumed: false,
    changedFiles: [],
    remains: [],
    notScrubbed: [],
  };
}
