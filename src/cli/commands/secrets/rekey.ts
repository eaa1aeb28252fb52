import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG, optionalText, switchFlag } from "../../command.ts";
import type { KeyFlags } from "../../seal.ts";

export default buildCommand({
  docs: {
    brief: "Encrypt the stored credentials anew, with another key",
    fullDescription:
      "Gateways may run meanwhile. A new key file is made when nothing is named. Cut short, it is finished by calling it again; until then either key is used for what is sealed with it.",
  },
  parameters: {
    flags: {
      keyFile: optionalText("New key file, made when it is not there", "path"),
      passphrase: switchFlag("Ask for a new passphrase"),
      passphraseFile: optionalText("File with the new passphrase", "path"),
      json: JSON_FLAG,
    },
  },
  async func(this: Session, flags: Omit<KeyFlags, "yes">) {
    const { keyRequest, printSeal } = await import("../../seal.ts");
    const request = keyRequest(this.io, flags);
    const { rekey } = await import("../../../access/seal/rekey.ts");
    const report = await rekey(await this.deps(), request);
    this.exit(printSeal(this.io, report, "Sealed anew", flags.json));
  },
});
