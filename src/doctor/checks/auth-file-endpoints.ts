// Endpoint details in auth files belong under `models.providers.<id>` (requirements 004).
import type { ProviderId } from "../../core/ids.ts";
import { RENAMED_PROVIDERS } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import type { Check } from "../check.ts";
import { FIX } from "../check.ts";
import { importable } from "../import-entries.ts";
import { readEntries } from "../legacy-entries.ts";
import type { World } from "../world.ts";
import { withDocument } from "../world.ts";

export const authFileEndpoints: Check = {
  id: "core/doctor/auth-file-endpoints",
  look: (world) =>
    moves(world).map(({ path, provider, fields }) => ({
      severity: "warning",
      path,
      message: `${Object.keys(fields).join(", ")} of ${provider} stand in an auth file, where they have no effect.`,
      repair: `openclaw.json: models.providers.${provider} gets ${Object.keys(fields).join(", ")} from ${path}`,
      fixHint: FIX,
    })),
  mend: (world) =>
    moves(world).reduce((result, { provider, fields }) => {
      const { document } = result.config;
      const models = objectOf(document["models"]);
      const providers = objectOf(models["providers"]);
      // OpenClaw wants a list of models beside every endpoint.
      const entry = { models: [], ...fields, ...objectOf(providers[provider]) };
      return withDocument(result, {
        ...document,
        models: { ...models, providers: { ...providers, [provider]: entry } },
      });
    }, world),
};

interface Move {
  readonly path: string;
  readonly provider: ProviderId;
  /** by their names in the config; only those that the config has not got */
  readonly fields: JsonObject;
}

function moves(world: World): Move[] {
  const providers = objectOf(objectOf(world.config.document["models"])["providers"]);
  const files = [...importable(world, "auth-profiles"), ...importable(world, "auth")];
  return files.flatMap(({ file, document }) =>
    [...readEntries(document).endpoints]
      // Its endpoint is not that of the provider that it became.
      .filter(([provider]) => !Object.hasOwn(RENAMED_PROVIDERS, provider))
      .flatMap(([provider, found]) => {
        const configured = objectOf(providers[provider]);
        const entries = Object.entries(configFields(found)).filter(
          ([name]) => configured[name] === undefined,
        );
        return entries.length === 0
          ? []
          : [{ path: file.path, provider, fields: Object.fromEntries(entries) }];
      }),
  );
}

function configFields(found: JsonObject): JsonObject {
  const { baseUrl = found["baseURL"], api, headers, timeoutSeconds } = found;
  const timeout = timeoutSeconds ?? inSeconds(found["timeoutMs"] ?? found["timeout"]);
  const models = [found["models"], found["model"], found["modelId"]].flat().flatMap(modelOf);
  return {
    ...(isText(baseUrl) && { baseUrl }),
    ...(isText(api) && { api }),
    ...(isObject(headers) && { headers }),
    ...(typeof timeout === "number" && timeout > 0 && { timeoutSeconds: timeout }),
    ...(models.length > 0 && { models }),
  };
}

const isText = (value: unknown): value is string => typeof value === "string" && value.trim() !== "";
const inSeconds = (value: unknown): unknown => (typeof value === "number" ? value / 1000 : undefined);

function modelOf(value: unknown): JsonObject[] {
  if (isText(value)) return [{ id: value, name: value }];
  return isObject(value) && isText(value["id"]) ? [{ name: value["id"], ...value }] : [];
}

const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});
