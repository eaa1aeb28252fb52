import { buildCommand } from "@stricli/core";
import type { Session } from "../../../command.ts";
import { AGENT_FLAG, JSON_FLAG, optionalText, requiredText } from "../../../command.ts";
import type { PasteFlags } from "../../../paste.ts";

export default buildCommand({
  docs: {
    brief: "Store an API key, from stdin or a prompt",
    fullDescription:
      "Reads the credential from stdin, or asks for it on a terminal. It is never an argument, where the shell's history and other users would see it.",
  },
  parameters: {
    flags: {
      provider: requiredText("Provider it belongs to", "id"),
      profileId: optionalText("Name of the auth profile; <provider>:manual when left out", "provider:name"),
      agent: AGENT_FLAG,
      json: JSON_FLAG,
    },
  },
  async func(this: Session, flags: Omit<PasteFlags, "expiresIn">) {
    const { runPaste } = await import("../../../paste.ts");
    await runPaste(this, "api_key", flags);
  },
});
