// References whose secret cannot be had: their credentials are not used.
import type { Check } from "../check.ts";

export const unresolvedRefs: Check = {
  id: "core/doctor/unresolved-refs",
  look: ({ refs = [], config }) =>
    refs.map(({ place, problem }) => ({
      severity: "warning",
      path: config.path,
      message: `${place} refers to a secret that cannot be had: ${problem}.`,
      fixHint: "Mend that, then see: openclaw secrets audit --allow-exec",
    })),
};
