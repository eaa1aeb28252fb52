// How credentials are kept: what the gateway has of its references, secrets in plain text, and putting them behind
// references. Named after `openclaw secrets …`. No secret is in any answer, nor in a plan.
import * as v from "valibot";
import { AccessError } from "../../../core/errors.ts";
import type { SecretsReport } from "../../secrets/report.ts";
import type { Call } from "../method.ts";
import { fresh, holds, method } from "../method.ts";
import { flag, nothing } from "../params.ts";
import { invalid } from "../protocol.ts";
import { Refused } from "../refused.ts";

const plan = v.record(v.string(), v.unknown());

/** Whoever changed a store, it is in use from here on. One that cannot be read was told of. */
const storesRead = ({ gateway: { agents } }: Call): Promise<unknown> =>
  Promise.all([...agents.all()].map(({ id }) => agents.refresh(id).catch(() => undefined)));

export const secretMethods = {
  /** Nobody is asked; each change is the event `secrets.changed`. */
  "secrets.status": method("operator.read", nothing, ({ plane }) => stateOf(plane.secrets())),

  /** The references of the settings in use, and what stores hold; failures are named, their last good values stay. */
  "secrets.reload": method("operator.admin", nothing, async (call) => {
    await storesRead(call);
    return { ok: true, ...(await call.plane.reloadSecrets()) };
  }),

  /** Only an administrator has programs started. */
  "secrets.audit": method(
    "operator.read",
    v.strictObject({ allowExec: flag }),
    async ({ deps, peer }, { allowExec }) => {
      if (allowExec && !holds(peer.scopes, "operator.admin"))
        throw new Refused(invalid("missing scope: operator.admin"));
      const { auditSecrets } = await import("../../../access/secrets-audit.ts");
      return await auditSecrets(fresh(deps), { allowExec });
    },
  ),

  /** A dry run tells what it would do. */
  "secrets.apply": method(
    "operator.admin",
    v.strictObject({ plan, dryRun: flag, allowExec: flag, replace: flag }),
    async (call, { plan: given, ...options }) => {
      const { parsePlan } = await import("../../../core/secret-plan.ts");
      const parsed = parsePlan(given);
      if (options.dryRun) {
        const { applyPlan } = await import("../../../access/secrets-apply/apply.ts");
        return await applyPlan(fresh(call.deps), parsed, options);
      }
      const { applySecrets } = call.plane;
      if (!applySecrets)
        throw new AccessError("bad_input", "This gateway cannot do it. Run: openclaw secrets apply");
      const report = await applySecrets(given, options);
      await storesRead(call);
      return report;
    },
  ),
};

const stateOf = ({ refs, resolved, failing, warningCount }: SecretsReport) => ({
  refs,
  resolved,
  failing,
  warningCount,
});
