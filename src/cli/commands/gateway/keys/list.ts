import { buildCommand } from "@stricli/core";
import type { Session } from "../../../command.ts";
import { JSON_FLAG, switchFlag } from "../../../command.ts";

interface Flags {
  readonly all: boolean;
  readonly json: boolean;
}

export default buildCommand({
  docs: { brief: "List the client keys and what each has used" },
  parameters: { flags: { all: switchFlag("Those that were revoked, too"), json: JSON_FLAG } },
  async func(this: Session, { all, json }: Flags) {
    const [{ listKeys }, { renderKeys }] = await Promise.all([
      import("../../../../access/client-keys.ts"),
      import("../../../render/client-keys.ts"),
    ]);
    const deps = await this.deps();
    const keys = await listKeys(deps, all);
    if (json) this.io.json({ keys });
    else this.io.out(renderKeys(keys, this.io, deps.now()));
  },
});
