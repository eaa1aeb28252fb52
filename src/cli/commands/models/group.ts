// `openclaw models`
import type { CommandGroup } from "../../command-tree.ts";
import { auth } from "./auth/group.ts";
import { fallbacks, imageFallbacks } from "./fallback-groups.ts";
import { AGENT, FOR_ALL_AGENTS } from "./shared-flags.ts";

const aliases: CommandGroup = {
  brief: "Short names for models",
  ...FOR_ALL_AGENTS,
  entries: {
    list: {
      brief: "List the aliases",
      plugins: "none",
      load: () => import("./aliases/list.ts"),
    },
    add: { brief: "Name a model", plugins: "named", load: () => import("./aliases/add.ts") },
    remove: {
      brief: "Drop a name",
      plugins: "none",
      load: () => import("./aliases/remove.ts"),
    },
  },
};

export const models: CommandGroup = {
  brief: "Models, and the credentials that reach them",
  bare: "status",
  flags: {
    ...AGENT,
    "--status-json": { means: "--json" },
    "--status-plain": { means: "--plain" },
  },
  entries: {
    status: {
      brief: "Default model, fallbacks and the health of every credential",
      load: () => import("./status.ts"),
    },
    list: {
      ...FOR_ALL_AGENTS,
      brief: "List models",
      plugins: "named",
      load: () => import("./list.ts"),
    },
    refresh: {
      brief: "Fetch the model lists of the providers in use",
      plugins: "named",
      load: () => import("./refresh.ts"),
    },
    set: { brief: "Set the default model", plugins: "named", load: () => import("./set.ts") },
    "set-image": {
      brief: "Set the image model",
      plugins: "named",
      load: () => import("./set-image.ts"),
    },
    scan: {
      ...FOR_ALL_AGENTS,
      brief: "Find free models of OpenRouter, try them, and take the best as fallbacks",
      load: () => import("./scan.ts"),
    },
    aliases,
    fallbacks,
    "image-fallbacks": imageFallbacks,
    auth,
    why: {
      brief: "Say how a run chose its credentials, and what happened",
      plugins: "none",
      load: () => import("./why.ts"),
    },
    undo: {
      brief: "Take back what a command changed",
      plugins: "none",
      load: () => import("./undo.ts"),
    },
  },
};
