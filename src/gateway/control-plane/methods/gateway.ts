// The gateway itself: its settings read again, who it is, who is connected.
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

  "gateway.identity.get": method("operator.read", nothing, ({ plane }) => plane.identity()),

  "system-presence": method("operator.read", nothing, ({ plane }) => plane.presence()),
};
