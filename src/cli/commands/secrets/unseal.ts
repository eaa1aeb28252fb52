import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG, switchFlag } from "../../command.ts";

interface Flags {
  readonly yes: boolean;
  readonly json: boolean;
}

export default buildCommand({
  docs: {
    brief: "Put the credentials back in plain text, where OpenClaw reads them",
    fullDescription: "The key file stays where it is.",
  },
  parameters: { flags: { yes: switchFlag("Do not ask"), json: JSON_FLAG } },
  async func(this: Session, flags: Flags) {
    const { confirmed, printSeal } = await import("../../seal.ts");
    await confirmed(this.io, flags, "Put all secrets back in plain text?");
    const { unseal } = await import("../../../access/seal/unseal.ts");
    const report = await unseal(await this.deps());
    this.exit(printSeal(this.io, report, "Unsealed", flags.json));
  },
});
