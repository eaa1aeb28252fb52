import { buildCommand } from "@stricli/core";
import type { Session } from "../../../command.ts";
import { AGENT_FLAG, JSON_FLAG, optionalText, requiredText } from "../../../command.ts";
import type { PasteFlags } from "../../../paste.ts";

export default buildCommand({
  docs: {
    brief: "Store a token, from stdin or a prompt",
    fullDescription:
      "Reads the credential from stdin, or asks for it on a terminal. It is never an argument, where the shell's history and other users would see it.",
  },
  parameters: {
    flags: {
      provider: requiredText("Provider it belongs to", "id"),
      profileId: optionalText("Name of the auth profile; <provider>:manual when left out", "provider:name"),
      expiresIn: optionalText(
        "How long the token is good for: 365d, 12h, 1d12h; a bare number is days",
        "duration",
      ),
      agent: AGENT_FLAG,
      json: JSON_FLAG,
    },
  },
  async func(this: Session, flags: PasteFlags) {
    const { runPaste } = await import("../../../paste.ts");
    await runPaste(this, "token", flags);
  },
});
