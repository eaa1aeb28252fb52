// Models and their credentials, as lists and reports.
import * as v from "valibot";
import type { ModelRow } from "../../../access/model-list.ts";
import { routeTo } from "../../../access/provider-route.ts";
import type { Config } from "../../../config/config.ts";
import { method, written } from "../method.ts";
import { agentId, nothing } from "../params.ts";

export const modelMethods = {
  "models.list": method(
    "operator.read",
    v.strictObject({ view: v.optional(v.picklist(["default", "configured", "all"])) }),
    async ({ deps }, { view }) => {
      const [{ listModels }, { builtInModels }] = await Promise.all([
        import("../../../access/model-list.ts"),
        import("../../../providers/catalog.ts"),
      ]);
      const { models, warnings } = await listModels(deps, { all: view === "all", localOnly: false });
      const config = deps.config();
      const known = new Map<string, Map<string, boolean>>();
      const reasons = (provider: string, id: string): boolean => {
        const own = config.providers.get(provider)?.models.find((model) => model.id === id)?.reasoning;
        if (typeof own === "boolean") return own;
        const listed =
          known.get(provider) ?? new Map(builtInModels(provider).map((m) => [m.id, m.reasoning]));
        known.set(provider, listed);
        return listed.get(id) ?? false;
      };
      const rows = models
        .map((row) => modelRow(row, config))
        .map((row) => ({ ...row, reasoning: reasons(row.provider, row.id) }));
      return { models: rows, ...(warnings ? { warnings } : {}) };
    },
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

function modelRow({ key, name, input, contextWindow, available, tags }: ModelRow, config: Config) {
  const slash = key.indexOf("/");
  const provider = key.slice(0, slash);
  const api = routeTo(config, provider)?.api;
  return {
    id: key.slice(slash + 1),
    name,
    provider,
    ...(api === undefined ? {} : { api }),
    ...(contextWindow === null ? {} : { contextWindow }),
    input: input.split("+"),
    available,
    tags,
  };
}
