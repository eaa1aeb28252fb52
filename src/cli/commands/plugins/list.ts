import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG, switchFlag } from "../../command.ts";

type Flags = Record<"json" | "enabled" | "verbose", boolean>;

export default buildCommand({
  docs: {
    brief: "List the providers: those that are built in, and those of plugins",
    fullDescription:
      "Plugins are the npm packages and folders that access.json names under plugins; see docs/plugins.md. Each is loaded, and what is wrong with it is told.",
  },
  parameters: {
    flags: {
      json: JSON_FLAG,
      enabled: switchFlag("Without plugins that are switched off"),
      verbose: switchFlag("With the file and version of each plugin"),
    },
  },
  async func(this: Session, flags: Flags) {
    const { listPlugins } = await import("../../../access/plugins/list.ts");
    const report = listPlugins(await this.deps(), flags);
    if (flags.json) return this.io.json(report);
    const { renderPlugins } = await import("../../render/plugins.ts");
    this.io.out(renderPlugins(report, flags.verbose, this.io.columns));
  },
});
