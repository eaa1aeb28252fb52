// `openclaw models fallbacks` and `image-fallbacks`: the same commands for two lists.
import type { CommandGroup } from "../../command-tree.ts";
import { FOR_ALL_AGENTS } from "./shared-flags.ts";

export const fallbacks: CommandGroup = {
  brief: "Models to try when the default model cannot answer",
  ...FOR_ALL_AGENTS,
  entries: {
    list: {
      brief: "List the fallbacks",
      plugins: "none",
      load: () => import("./fallbacks/list.ts"),
    },
    add: {
      brief: "Append a fallback",
      plugins: "named",
      load: () => import("./fallbacks/add.ts"),
    },
    remove: {
      brief: "Remove a fallback",
      plugins: "named",
      load: () => import("./fallbacks/remove.ts"),
    },
    clear: {
      brief: "Remove all fallbacks",
      plugins: "none",
      load: () => import("./fallbacks/clear.ts"),
    },
  },
};

export const imageFallbacks: CommandGroup = {
  brief: "Models to try when the image model cannot answer",
  ...FOR_ALL_AGENTS,
  entries: {
    list: {
      brief: "List the fallbacks",
      plugins: "none",
      load: () => import("./image-fallbacks/list.ts"),
    },
    add: {
      brief: "Append a fallback",
      plugins: "named",
      load: () => import("./image-fallbacks/add.ts"),
    },
    remove: {
      brief: "Remove a fallback",
      plugins: "named",
      load: () => import("./image-fallbacks/remove.ts"),
    },
    clear: {
      brief: "Remove all fallbacks",
      plugins: "none",
      load: () => import("./image-fallbacks/clear.ts"),
    },
  },
};
