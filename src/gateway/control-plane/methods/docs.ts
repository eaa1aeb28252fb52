// The pages of this program's documentation.
import * as v from "valibot";
import { method } from "../method.ts";
import { name, nothing } from "../params.ts";

const load = () => import("../../../access/docs-pages.ts");

export const docsMethods = {
  "docs.list": method("operator.read", nothing, async () => ({ pages: await (await load()).listPages() })),

  "docs.get": method("operator.read", v.strictObject({ page: name }), async (_call, { page }) =>
    (await load()).readPage(page),
  ),
};
