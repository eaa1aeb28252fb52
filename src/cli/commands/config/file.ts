import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";

export default buildCommand({
  docs: { brief: "Print the path of openclaw.json" },
  parameters: {},
  async func(this: Session) {
    this.io.out((await this.deps()).paths().configPath);
  },
});
