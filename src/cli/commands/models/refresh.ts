import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG, optionalText } from "../../command.ts";
import { EXIT_FAILURE } from "../../exit.ts";
import { providerArgument } from "../../provider-argument.ts";

interface Flags {
  readonly provider?: string;
  readonly json: boolean;
}

export default buildCommand({
  docs: { brief: "Fetch the model lists of the providers in use, and keep them" },
  parameters: {
    flags: { provider: optionalText("Only this provider's list", "id"), json: JSON_FLAG },
  },
  async func(this: Session, { provider, json }: Flags) {
    const { refreshModels } = await import("../../../access/model-refresh.ts");
    const { refreshLine } = await import("../../render/model-refresh.ts");
    const only = provider === undefined ? undefined : providerArgument(this.io, provider);
    const report = await refreshModels(await this.deps(), {
      provider: only,
      onAnswer: (row) => this.io.say(refreshLine(row)),
    });
    for (const warning of report.warnings) this.io.say(`Warning: ${warning}`);
    const refreshed = report.providers.filter(({ status }) => status === "refreshed").length;
    if (refreshed === 0 && report.providers.length > 0) this.exit(EXIT_FAILURE);
    if (json) return this.io.json({ count: refreshed, ...report });
    if (report.providers.length === 0)
      return this.io.out("No provider has a credential to ask with. See: openclaw models status");
    this.io.out(`Refreshed ${refreshed} of ${report.providers.length} model lists.`);
  },
});
