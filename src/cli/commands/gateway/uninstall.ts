import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG } from "../../command.ts";

export default buildCommand({
  docs: { brief: "Stop the gateway's service and remove its file" },
  parameters: { flags: { json: JSON_FLAG } },
  async func(this: Session, { json }: { readonly json: boolean }) {
    const { findService, uninstallService } = await import("../../../gateway/service/service.ts");
    const service = findService((await this.deps()).paths().home, process.env);
    const done = service ? await uninstallService(service) : { removed: false };
    if (json) return this.io.json(done);
    this.io.out("file" in done && done.removed ? `Removed: ${done.file}` : "No service is installed.");
  },
});
