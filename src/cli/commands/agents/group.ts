// `openclaw agents`
import type { CommandGroup } from "../../command-tree.ts";

export const agents: CommandGroup = {
  brief: "Agents: named sets of workspace and credentials",
  bare: "list",
  entries: {
    list: { brief: "List the agents", load: () => import("./list.ts") },
    add: {
      brief: "Add an agent with a workspace and credentials of its own",
      load: () => import("./add.ts"),
    },
    delete: {
      brief: "Delete an agent; its folders go to the trash",
      load: () => import("./delete.ts"),
    },
  },
};
