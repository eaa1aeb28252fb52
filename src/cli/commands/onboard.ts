import { buildCommand } from "@stricli/core";
import type { Session } from "../command.ts";
import type { OnboardFlags } from "../onboard-flags.ts";
import { ONBOARD_FLAGS } from "../onboard-parameters.ts";

export default buildCommand({
  docs: {
    brief: "Set up from nothing: find a credential, try it, choose models, and call the gateway",
    fullDescription:
      "Looks at what this machine has, asks, tries each credential with one real call, shows the plan, and writes it when you agree. Whoever leaves a question leaves everything as it was. Scripts: --non-interactive --accept-risk, with --auth-choice, and a key in its variable or as --<provider>-api-key.",
  },
  parameters: { flags: ONBOARD_FLAGS },
  async func(this: Session, flags: OnboardFlags) {
    const { runOnboard } = await import("../onboard-run.ts");
    await runOnboard(this, flags);
  },
});
