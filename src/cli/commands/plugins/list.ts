import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG, switchFlag } from "../../command.ts";

type Flags = Record<"json" | "enabled" | "verbose", boolean>;

export default buildCommand({
  docs: {
    brief: "List the plugins, of which there are none, and the providers that are built in",
    fullDescription: "No plugin is ever loaded: every provider is part of this program.",
  },
  parameters: {
    flags: {
      json: JSON_FLAG,
      enabled: switchFlag("Only what is enabled; everything is"),
      verbose: switchFlag("With details; there are none"),
    },
  },
  async func(this: Session, { json }: Flags) {
    const { PROVIDERS } = await import("../../../providers/all.ts");
    const providers = PROVIDERS.map(({ id, label }) => ({ id, name: label }));
    // OpenClaw's shape, and the question that people ask with it (requirements 002): which providers are there?
    if (json)
      return this.io.json({
        registry: { source: "built-in", diagnostics: [] },
        plugins: [],
        diagnostics: [],
        providers,
      });
    const { table } = await import("../../render/table.ts");
    const rows = providers.map(({ id, name }) => [id, name]);
    this.io.out(`No plugins. Built-in providers:\n\n${table(rows, this.io.columns)}`);
  },
});
