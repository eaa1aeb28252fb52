import { buildCommand } from "@stricli/core";
import type { Session } from "../../../command.ts";
import { JSON_FLAG, positionalText } from "../../../command.ts";

export default buildCommand({
  docs: { brief: "End a client key at once" },
  parameters: {
    flags: { json: JSON_FLAG },
    positional: { kind: "tuple", parameters: [positionalText("Its name or id", "key")] },
  },
  async func(this: Session, { json }: { readonly json: boolean }, named: string) {
    const { revokeKey } = await import("../../../../access/client-keys.ts");
    const row = await revokeKey(await this.deps(), named);
    if (json) this.io.json(row);
    else
      this.io.out(
        `Revoked the client key ${row.name} (${row.id}). A running gateway refuses it from now on.`,
      );
  },
});
