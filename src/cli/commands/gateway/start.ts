import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG } from "../../command.ts";

export default buildCommand({
  docs: { brief: "Start the gateway's service" },
  parameters: { flags: { json: JSON_FLAG } },
  async func(this: Session, { json }: { readonly json: boolean }) {
    const { controlService, findService } = await import("../../../gateway/service/service.ts");
    await controlService(findService((await this.deps()).paths().home, process.env), "start");
    if (json) this.io.json({ ok: true });
    else this.io.out("Started. See: openclaw gateway status");
  },
});
