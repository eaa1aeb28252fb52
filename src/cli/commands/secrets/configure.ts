import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import type { ConfigureFlags } from "../../secrets-configure.ts";
import { JSON_FLAG, optionalText, switchFlag } from "../../command.ts";

export default buildCommand({
  docs: {
    brief: "Find secrets in plain text, and put them behind references, question by question",
    fullDescription:
      "Asks where the secrets are to be and under which names, tries every reference, shows the plan, and applies it when you say so. Whoever leaves a question leaves everything as it was.",
  },
  parameters: {
    flags: {
      planOut: optionalText("Write the plan to this file", "path"),
      agent: optionalText("Only the store of this agent", "id"),
      apply: switchFlag("Apply the plan, and ask once"),
      yes: switchFlag("With --apply: do not ask"),
      providersOnly: switchFlag("Only add a place for secrets"),
      skipProviderSetup: switchFlag("Only use places that secrets.providers has"),
      allowExec: switchFlag("Start the programs of secrets.providers"),
      json: JSON_FLAG,
    },
  },
  async func(this: Session, flags: ConfigureFlags) {
    const { runConfigure } = await import("../../secrets-configure.ts");
    this.exit(await runConfigure(this.io, await this.deps(), flags));
  },
});
