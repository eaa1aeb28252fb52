// access.json, the settings that only this program knows: shown without its secrets, checked, changed. A running gateway
// takes the change from the file.
import { method } from "../method.ts";
import { nothing } from "../params.ts";
import { changedPart, changedWhole, checkedText } from "../settings-params.ts";

const load = () => import("../../../access/access-document.ts");

export const accessMethods = {
  "access.get": method("operator.read", nothing, async ({ deps }) => (await load()).accessSnapshot(deps)),

  /** The file as it is, or a document that is nowhere yet. */
  "access.validate": method("operator.read", checkedText, async ({ deps }, { raw }) => {
    const { accessSnapshot, judgeAccess } = await load();
    if (raw !== undefined) return judgeAccess(raw);
    const { path, exists, valid, issues, warnings } = accessSnapshot(deps);
    return { path, exists, valid, issues, warnings };
  }),

  "access.set": method("operator.admin", changedWhole, async ({ deps }, { raw, baseHash }) =>
    (await load()).changeAccess(deps, { raw, baseHash, merge: false }),
  ),

  "access.patch": method("operator.admin", changedPart, async ({ deps }, { raw, baseHash, replacePaths }) =>
    (await load()).changeAccess(deps, { raw, baseHash, replacePaths, merge: true }),
  ),

  "access.schema": method("operator.read", nothing, async ({ plane, gateway }) => {
    const { accessJsonSchema } = await import("../../../config/access-config.ts");
    const generatedAt = new Date(gateway.now()).toISOString();
    return { schema: accessJsonSchema(), version: plane.version, generatedAt };
  }),
};
