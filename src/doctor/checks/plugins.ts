// Plugins of access.json that cannot be used, or only in part.
import type { Check } from "../check.ts";

export const plugins: Check = {
  id: "core/doctor/plugins",
  look: ({ plugins: { path, warnings } }) =>
    warnings.map((message) => ({ severity: "error", path, message, fixHint: "See: openclaw plugins list" })),
};
