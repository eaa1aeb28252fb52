// `type: "aws-sdk"` is a route and no credential: `auth.profiles.<id>.mode` in the config (requirements 004).
import type { AgentId, ProfileId, ProviderId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import type { Check } from "../check.ts";
import { FIX } from "../check.ts";
import { importable } from "../import-entries.ts";
import { readEntries } from "../legacy-entries.ts";
import type { World } from "../world.ts";
import { withDocument } from "../world.ts";

export const awsSdkMarkers: Check = {
  id: "core/doctor/aws-sdk-markers",
  look: (world) =>
    markersIn(world).map(({ id, path, agent }) => ({
      severity: "warning",
      path,
      message: `${id} of agent ${agent} is an AWS SDK route, not a credential; it has no effect here.`,
      repair: `openclaw.json: auth.profiles.${id} gets mode aws-sdk; the entry leaves ${path}`,
      fixHint: FIX,
    })),
  mend(world) {
    const found = markersIn(world);
    const routes = new Map(found.map(({ id, provider }) => [id, provider]));
    const agents = [...world.agents].map(
      ([id, agent]) => [id, { ...agent, markers: agent.fault ? agent.markers : new Map() }] as const,
    );
    return withDocument({ ...world, agents: new Map(agents) }, withRoutes(world.config.document, routes));
  },
};

interface Marker {
  readonly id: ProfileId;
  readonly provider: ProviderId;
  readonly path: string;
  readonly agent: AgentId;
}

function markersIn(world: World): Marker[] {
  const stored = [...world.agents.values()]
    .filter(({ fault }) => fault === undefined)
    .flatMap((agent) =>
      [...agent.markers].map(([id, provider]) => ({ id, provider, path: agent.database, agent: agent.id })),
    );
  const files = [...importable(world, "auth-profiles"), ...importable(world, "auth")];
  const inFiles = files.flatMap(({ file, document }) =>
    [...readEntries(document).markers]
      .filter(([id]) => !isRoute(world.config.document, id))
      .map(([id, provider]) => ({ id, provider, path: file.path, agent: file.agent })),
  );
  return [...stored, ...inFiles];
}

const profilesIn = (document: JsonObject): JsonObject => {
  const auth = isObject(document["auth"]) ? document["auth"] : {};
  return isObject(auth["profiles"]) ? auth["profiles"] : {};
};

function isRoute(document: JsonObject, id: ProfileId): boolean {
  const entry = profilesIn(document)[id];
  return isObject(entry) && entry["mode"] === "aws-sdk";
}

function withRoutes(document: JsonObject, routes: ReadonlyMap<ProfileId, ProviderId>): JsonObject {
  const profiles: Record<string, unknown> = { ...profilesIn(document) };
  for (const [id, provider] of routes) {
    const old = profiles[id];
    profiles[id] = { ...(isObject(old) ? old : {}), provider, mode: "aws-sdk" };
  }
  const auth = isObject(document["auth"]) ? document["auth"] : {};
  return { ...document, auth: { ...auth, profiles } };
}
