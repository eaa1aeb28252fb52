// The gateway itself: its settings read again, its secrets, who it is, who is connected.
import { AccessError } from "../../../core/errors.ts";
import type { Gateway } from "../../gateway.ts";
import { method } from "../method.ts";
import { nothing } from "../params.ts";

/** Whoever changed a store, it is in use from here on. One that cannot be read was told of. */
const storesRead = ({ agents }: Gateway): Promise<unknown> =>
  Promise.all([...agents.all()].map(({ id }) => agents.refresh(id).catch(() => undefined)));

export const gatewayMethods = {
  "gateway.reload": method("operator.admin", nothing, async ({ plane }) => {
    const report = await plane.reload();
    if (report.outcome !== "rejected") return report;
    throw new AccessError(
      "config_invalid",
      `The gateway goes on with its former settings. ${report.error ?? ""}`,
    );
  }),

  /** The references of the settings in use, and what stores hold; failures are named, their last good values stay. */
  "secrets.reload": method("operator.admin", nothing, async ({ plane, gateway }) => {
    await storesRead(gateway);
    const report = await plane.reloadSecrets();
    return { ok: true, ...report };
  }),

  "gateway.identity.get": method("operator.read", nothing, ({ plane }) => plane.identity()),

  "system-presence": method("operator.read", nothing, ({ plane }) => plane.presence()),
};
