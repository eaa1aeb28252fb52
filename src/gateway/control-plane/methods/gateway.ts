// The gateway itself: its settings read again, its secrets, the keys of its clients, who is connected.
import * as v from "valibot";
import { AccessError } from "../../../core/errors.ts";
import { method } from "../method.ts";
import { nothing } from "../params.ts";

export const gatewayMethods = {
  "gateway.reload": method("operator.admin", nothing, async ({ plane }) => {
    const report = await plane.reload();
    if (report.outcome !== "rejected") return report;
    throw new AccessError(
      "config_invalid",
      `The gateway goes on with its former settings. ${report.error ?? ""}`,
    );
  }),

  /** The references of the settings in use; failures are named, their last good values stay. */
  "secrets.reload": method("operator.admin", nothing, async ({ plane }) => {
    const report = await plane.reloadSecrets();
    return { ok: true, ...report };
  }),

  "gateway.keys.list": method(
    "operator.read",
    v.strictObject({ all: v.optional(v.boolean(), false) }),
    async ({ deps }, { all }) => {
      const { listKeys } = await import("../../../access/client-keys.ts");
      return { keys: await listKeys(deps, all) };
    },
  ),

  "system-presence": method("operator.read", nothing, ({ plane }) => plane.presence()),
};
