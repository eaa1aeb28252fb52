import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG, optionalText, switchFlag } from "../../command.ts";
import type { KeyFlags } from "../../seal.ts";

export default buildCommand({
  docs: {
    brief: "Encrypt the stored credentials of every agent",
    fullDescription:
      "The secrets go where only a key opens them: a key file outside the state dir, made when none is named, or a passphrase. OpenClaw 2026.7.1 can then no longer use this store: it sees its credentials as missing. Again, it seals what came since.",
  },
  parameters: {
    flags: {
      keyFile: optionalText("Key file, made when it is not there", "path"),
      passphrase: switchFlag("Ask for a passphrase"),
      passphraseFile: optionalText("File with the passphrase", "path"),
      yes: switchFlag("Do not ask"),
      json: JSON_FLAG,
    },
  },
  async func(this: Session, flags: KeyFlags) {
    const { confirmed, keyRequest, printSeal } = await import("../../seal.ts");
    const request = keyRequest(this.io, flags);
    const warning = "OpenClaw 2026.7.1 can then no longer use this store.";
    await confirmed(this.io, flags, `Seal the credential stores? ${warning}`);
    const { seal } = await import("../../../access/seal/seal.ts");
    const report = await seal(await this.deps(), request);
    this.exit(printSeal(this.io, report, "Sealed", flags.json));
  },
});
