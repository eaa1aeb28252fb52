// The shapes in which former versions kept credentials: `{version, profiles}`, `{ "<provider>": {…} }`, and
// logins `{ "<provider>": {access, refresh, expires} }` (fidelity spec §10). What today's store row holds is
// read by the store's own parser.
import type { Credential } from "../core/credential.ts";
import { isRef } from "../core/credential.ts";
import type { ProfileId, ProviderId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import { parseStoreRow } from "../store/store-row.ts";

export interface LegacyEntries {
  readonly credentials: ReadonlyMap<ProfileId, Credential>;
  readonly markers: ReadonlyMap<ProfileId, ProviderId>;
  /** fields that say where a provider is, and no secret */
  readonly endpoints: ReadonlyMap<ProviderId, JsonObject>;
  /** entries that are neither */
  readonly others: readonly string[];
}

const ENDPOINT_FIELDS = [
  "baseUrl",
  "baseURL",
  "api",
  "headers",
  "model",
  "modelId",
  "models",
  "timeout",
  "timeoutMs",
  "timeoutSeconds",
] as const;
const IS_ENDPOINT: ReadonlySet<string> = new Set(ENDPOINT_FIELDS);

/** Pure. */
export function readEntries(document: JsonObject): LegacyEntries {
  const { profiles } = document;
  const named = isObject(profiles) ? profiles : undefined;
  const entries = named ? Object.entries(named) : flatEntries(document);
  const markers = new Map(entries.flatMap(([id, entry]) => markerIn(id, entry)));
  const stored = Object.fromEntries(
    entries.filter(([id]) => !markers.has(id)).map(([id, entry]) => [id, withoutEndpoint(entry)]),
  );
  const { credentials } = parseStoreRow(JSON.stringify({ profiles: stored }));
  return {
    credentials,
    markers,
    endpoints: new Map(entries.flatMap(([id, entry]) => endpointIn(id, entry))),
    others: entries.map(([id]) => id).filter((id) => !credentials.has(id) && !markers.has(id)),
  };
}

/** `{ "<provider>": {…} }` as entries of `<provider>:default`; a key that is an id already stays one. */
const flatEntries = (document: JsonObject): [ProfileId, unknown][] =>
  Object.entries(document)
    .filter(([key]) => !NO_ENTRIES.has(key))
    .map(([key, entry]) => {
      const id = key.includes(":") ? key.trim() : `${key.trim().toLowerCase()}:default`;
      return [id, isObject(entry) ? typed(providerOf(id, entry), entry) : entry];
    });

/** What stands beside the entries in one version or another. */
const NO_ENTRIES: ReadonlySet<string> = new Set(["version", "profiles", "order", "lastGood", "usageStats"]);

function typed(provider: ProviderId, entry: JsonObject): JsonObject {
  const { apiKey, type, mode, key = apiKey, token, ...rest } = entry;
  const named = type ?? mode;
  if (named === "aws-sdk") return { type: named, provider, ...rest };
  const login = named === "oauth" || rest["access"] !== undefined || rest["refresh"] !== undefined;
  if (login) return { ...rest, type: "oauth", provider };
  const secret = key === undefined ? token : key;
  if (secret === undefined && rest["keyRef"] === undefined && rest["tokenRef"] === undefined)
    return { ...rest, provider };
  const isToken = named === "token" || (key === undefined && rest["keyRef"] === undefined);
  const field = isToken ? "token" : "key";
  const material = secret === undefined ? {} : { [isRef(secret) ? `${field}Ref` : field]: secret };
  return { ...rest, type: isToken ? "token" : "api_key", provider, ...material };
}

function markerIn(id: ProfileId, entry: unknown): [ProfileId, ProviderId][] {
  const provider = awsRoute(id, entry);
  return provider === undefined ? [] : [[id, provider]];
}

/** The provider of an `aws-sdk` entry; `undefined` for anything else. */
export function awsRoute(id: ProfileId, entry: unknown): ProviderId | undefined {
  if (!isObject(entry) || (entry["type"] ?? entry["mode"]) !== "aws-sdk") return undefined;
  return providerOf(id, entry);
}

function providerOf(id: ProfileId, entry: JsonObject): ProviderId {
  const { provider } = entry;
  const named = typeof provider === "string" ? provider.trim().toLowerCase() : "";
  return named || id.split(":")[0]!.toLowerCase();
}

function endpointIn(id: ProfileId, entry: unknown): [ProviderId, JsonObject][] {
  if (!isObject(entry)) return [];
  const fields = Object.entries(entry).filter(([name]) => IS_ENDPOINT.has(name));
  return fields.length === 0 ? [] : [[providerOf(id, entry), Object.fromEntries(fields)]];
}

const withoutEndpoint = (entry: unknown): unknown =>
  isObject(entry)
    ? Object.fromEntries(Object.entries(entry).filter(([name]) => !IS_ENDPOINT.has(name)))
    : entry;
