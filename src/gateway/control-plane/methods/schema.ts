// What may stand in openclaw.json, for forms: the whole, or one place (OpenClaw docs, "Gateway protocol").
import * as v from "valibot";
import { method } from "../method.ts";
import { name, nothing } from "../params.ts";

const load = () => import("../../../config/schema-document.ts");

export const schemaMethods = {
  "config.schema": method("operator.read", nothing, async ({ plane, gateway }) => {
    const [{ configJsonSchema }, { HINTS }] = await Promise.all([
      load(),
      import("../../../config/schema-hints.ts"),
    ]);
    const generatedAt = new Date(gateway.now()).toISOString();
    return { schema: configJsonSchema(), uiHints: HINTS, version: plane.version, generatedAt };
  }),

  "config.schema.lookup": method("operator.read", v.strictObject({ path: name }), async (_call, { path }) =>
    (await load()).lookupSchema(path),
  ),
};
