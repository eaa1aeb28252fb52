import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";

export default buildCommand({
  docs: { brief: "Print the JSON Schema of openclaw.json, as far as this program reads it" },
  parameters: { flags: {} },
  async func(this: Session) {
    const { configJsonSchema } = await import("../../../config/schema-document.ts");
    this.io.json(configJsonSchema());
  },
});
