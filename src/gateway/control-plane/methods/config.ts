// openclaw.json: shown without its secrets, checked, changed. A running gateway takes the change from the file.
import { method } from "../method.ts";
import { nothing } from "../params.ts";
import { changedPart, changedWhole, checkedText } from "../settings-params.ts";

const replace = method("operator.admin", changedWhole, async ({ deps }, { raw: text, baseHash }) => {
  const { changeConfig } = await import("../../../access/config-document.ts");
  return await changeConfig(deps, { raw: text, baseHash, merge: false });
});

export const configMethods = {
  "config.get": method("operator.read", nothing, async ({ deps }) => {
    const { configSnapshot } = await import("../../../access/config-document.ts");
    return configSnapshot(deps);
  }),

  "config.set": replace,
  "config.apply": replace,

  "config.patch": method(
    "operator.admin",
    changedPart,
    async ({ deps }, { raw: text, baseHash, replacePaths }) => {
      const { changeConfig } = await import("../../../access/config-document.ts");
      return await changeConfig(deps, { raw: text, baseHash, replacePaths, merge: true });
    },
  ),

  /** The file as it is, or a document that is nowhere yet. */
  "config.validate": method("operator.read", checkedText, async ({ deps }, asked) => {
    const { configSnapshot, faultsOfDocument } = await import("../../../access/config-document.ts");
    if (asked.raw === undefined) {
      const { path, exists, valid, issues, warnings } = configSnapshot(deps);
      return { path, exists, valid, issues, warnings };
    }
    const issues = faultsOfDocument(asked.raw);
    return { valid: issues.length === 0, issues };
  }),
};
