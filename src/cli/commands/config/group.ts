// `openclaw config`
import type { CommandGroup } from "../../command-tree.ts";

export const config: CommandGroup = {
  brief: "openclaw.json",
  bare: "wizard",
  entries: {
    wizard: {
      brief: "The same as openclaw configure",
      hidden: true,
      load: () => import("./wizard.ts"),
    },
    get: { brief: "Print one value", plugins: "none", load: () => import("./get.ts") },
    set: { brief: "Set one value", plugins: "none", load: () => import("./set.ts") },
    unset: {
      brief: "Remove one value",
      plugins: "none",
      load: () => import("./unset.ts"),
    },
    file: {
      brief: "Print the path of openclaw.json",
      plugins: "none",
      load: () => import("./file.ts"),
    },
    schema: {
      brief: "Print the JSON Schema of openclaw.json",
      plugins: "none",
      load: () => import("./schema.ts"),
    },
    validate: {
      brief: "Check openclaw.json",
      plugins: "none",
      load: () => import("./validate.ts"),
    },
  },
};
