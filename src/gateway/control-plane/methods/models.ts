// Models and their credentials, as lists and reports.
import * as v from "valibot";
import { method, written } from "../method.ts";
import { modelRows } from "../model-rows.ts";
import { agentId, nothing } from "../params.ts";

export const modelMethods = {
  "models.list": method(
    "operator.read",
    v.strictObject({ view: v.optional(v.picklist(["default", "configured", "all"])) }),
    async ({ deps }, { view }) => await modelRows(deps, view === "all"),
  ),

  /** What `openclaw models status --json` prints. */
  "models.status": method("operator.read", v.strictObject({ agentId }), async ({ deps, gateway }, asked) => {
    await written(gateway);
    const { readStatus } = await import("../../../access/status.ts");
    return (await readStatus(deps, { agent: asked.agentId })).report;
  }),

  "models.authStatus": method(
    "operator.read",
    v.strictObject({ agentId, refresh: v.optional(v.boolean()) }),
    async ({ deps, gateway }, asked) => {
      const [{ readStatus }, { usageSurfaceOf }] = await Promise.all([
        import("../../../access/status.ts"),
        import("../../../providers/usage/all.ts"),
      ]);
      await written(gateway);
      const { report } = await readStatus(deps, { agent: asked.agentId });
      const providers = report.auth.oauth.providers.map(({ provider, status, profiles, expiresAt }) => ({
        provider,
        displayName: usageSurfaceOf(provider)?.displayName ?? provider,
        status,
        ...(expiresAt === undefined ? {} : { expiry: { at: expiresAt } }),
        profiles: profiles.map(({ profileId, type, ...row }) => ({
          profileId,
          type,
          status: row.status,
          ...(row.problem === undefined ? {} : { problem: row.problem }),
        })),
      }));
      return { ts: gateway.now(), providers };
    },
  ),

  /** What is known of the plans; nobody is asked. */
  "usage.status": method("operator.read", nothing, async ({ deps, gateway }) => {
    const { readStatus } = await import("../../../access/status.ts");
    await written(gateway);
    const { usage } = (await readStatus(deps, {})).report;
    return { updatedAt: usage?.updatedAt ?? gateway.now(), providers: usage?.providers ?? [] };
  }),
};
