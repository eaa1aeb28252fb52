import { buildCommand } from "@stricli/core";
import { AccessError } from "../../../core/errors.ts";
import type { Session } from "../../command.ts";
import { JSON_FLAG, optionalText, PLAIN_FLAG, switchFlag } from "../../command.ts";
import { providerArgument } from "../../provider-argument.ts";

interface Flags {
  readonly all: boolean;
  readonly local: boolean;
  readonly provider?: string;
  readonly json: boolean;
  readonly plain: boolean;
}

export default buildCommand({
  docs: { brief: "List models: chosen, allowed, and offered by configured providers" },
  parameters: {
    flags: {
      all: switchFlag("Also models that no credential reaches; asks configured local servers"),
      local: switchFlag("Only models served from this machine or network"),
      provider: optionalText("Only this provider's models", "id"),
      json: JSON_FLAG,
      plain: PLAIN_FLAG,
    },
  },
  async func(this: Session, { all, local, provider, json, plain }: Flags) {
    const { listModels } = await import("../../../access/model-list.ts");
    const { renderModels } = await import("../../render/model-list.ts");
    if (json && plain) throw new AccessError("bad_input", "--json and --plain exclude each other.");
    const only = provider === undefined ? undefined : providerArgument(this.io, provider);
    const onSearch = (names: readonly string[]) => this.io.say(`Asking local servers: ${names.join(", ")}`);
    const report = await listModels(await this.deps(), { all, localOnly: local, provider: only, onSearch });
    for (const warning of report.warnings ?? []) this.io.say(`Warning: ${warning}`);
    if (json) return this.io.json(report);
    if (report.count === 0) return this.io.say("No model matches.");
    this.io.out(plain ? report.models.map(({ key }) => key).join("\n") : renderModels(report, this.io));
  },
});
