import { buildCommand } from "@stricli/core";
import type { Session } from "../command.ts";
import { switchFlag } from "../command.ts";
import type { OnboardFlags } from "../onboard-flags.ts";
import { ONBOARD_FLAGS } from "../onboard-parameters.ts";

type Flags = OnboardFlags & { readonly baseline: boolean; readonly wizard: boolean };

export default buildCommand({
  docs: {
    brief: "The same as onboard; --baseline only writes the config and makes the folders",
  },
  parameters: {
    flags: {
      ...ONBOARD_FLAGS,
      baseline: switchFlag("Write the config and make the workspace, and ask nothing"),
      wizard: { ...switchFlag("Taken for compatibility"), hidden: true },
    },
  },
  async func(this: Session, flags: Flags) {
    const { runOnboard, runBaseline } = await import("../onboard-run.ts");
    await (flags.baseline ? runBaseline(this, flags) : runOnboard(this, flags));
  },
});
