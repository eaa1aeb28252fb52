// openclaw.json: faults stop every command that needs their section, the rest is worth a look.
import { formatIssue } from "../../config/document.ts";
import type { Check } from "../check.ts";

export const config: Check = {
  id: "core/doctor/config",
  look: ({ config: { issues, usable, path } }) => {
    const faults = issues.map((issue) => ({
      severity: "error" as const,
      path: issue.path || path,
      message: formatIssue(issue),
      fixHint: `Correct ${path}. Check it with: openclaw config validate`,
    }));
    const known = new Set(issues.map(formatIssue));
    const odd = (usable?.warnings ?? []).filter((text) => !known.has(text));
    return [...faults, ...odd.map((message) => ({ severity: "warning" as const, path, message }))];
  },
};
