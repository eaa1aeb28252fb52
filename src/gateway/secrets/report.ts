// What a person is told of a gateway's references. No value is in it.
import type { UsedRef } from "../../access/secret-refs.ts";
import type { RefValues } from "../../core/secret-ref.ts";
import { refKey } from "../../core/secret-ref.ts";

export interface SecretsReport {
  readonly refs: number;
  readonly resolved: number;
  /** references whose value is another one now */
  readonly changed: readonly string[];
  readonly failing: readonly FailingRef[];
  readonly warningCount: number;
}

interface FailingRef {
  readonly ref: string;
  readonly places: readonly string[];
  readonly problem: string;
  /** Its last good value stays in use. */
  readonly kept: boolean;
}

export function secretsReport(
  used: readonly UsedRef[],
  values: RefValues,
  changed: readonly string[],
): SecretsReport {
  const states = [...Map.groupBy(used, ({ ref }) => refKey(ref))].map(([ref, uses]) => {
    const { value, problem } = values.get(ref) ?? {};
    return { ref, places: uses.map(({ place }) => place), value, problem };
  });
  const failing = states.flatMap(({ ref, places, value, problem }) =>
    problem === undefined ? [] : [{ ref, places, problem, kept: value !== undefined }],
  );
  const resolved = states.filter(({ value, problem }) => value && problem === undefined).length;
  return { refs: states.length, resolved, changed, failing, warningCount: failing.length };
}
