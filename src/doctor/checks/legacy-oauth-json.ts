// `credentials/oauth.json`: logins of a former version, imported into the default agent. The file stays, as it
// does in OpenClaw, so what is imported must be recognized later on.
import type { Credential } from "../../core/credential.ts";
import type { ProfileId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Check } from "../check.ts";
import { FIX } from "../check.ts";
import { importable, listed, withCredentials } from "../import-entries.ts";
import { readEntries } from "../legacy-entries.ts";
import { currentProvider } from "../usable.ts";
import type { AgentWorld, World } from "../world.ts";
import { withAgent } from "../world.ts";
import { unreadable } from "./legacy-auth-profiles.ts";

export const legacyOAuthJson: Check = {
  id: "core/doctor/legacy-oauth-json",
  imports: true,
  look: (world) => [
    ...importable(world, "oauth").flatMap(({ file, document, agent }) => {
      const ids = fresh(agent, document).map(([id]) => id);
      if (ids.length === 0) return [];
      return [
        {
          severity: "warning" as const,
          path: file.path,
          message: `Logins of a former version: ${listed(ids)}. They are not used from this file.`,
          repair: `${file.path}: imports ${listed(ids)} into agent ${agent.id}; the file stays`,
          fixHint: FIX,
        },
      ];
    }),
    ...unreadable(world, "oauth"),
  ],
  mend: (world: World) =>
    importable(world, "oauth").reduce((result, { document, file }) => {
      const agent = result.agents.get(file.agent)!;
      return withAgent(result, withCredentials(agent, fresh(agent, document)));
    }, world),
};

function fresh(agent: AgentWorld, document: JsonObject): [ProfileId, Credential][] {
  const known = [...agent.profiles.values()].filter((each) => each.type === "oauth");
  return [...readEntries(document).credentials.values()].flatMap((credential): [ProfileId, Credential][] => {
    if (credential.type !== "oauth") return [];
    const provider = currentProvider(credential.provider);
    const refresh = credential.refresh;
    if (known.some((each) => refresh !== undefined && each.refresh === refresh)) return [];
    const id = freeId(agent, provider);
    return id === undefined ? [] : [[id, { ...credential, provider }]];
  });
}

/** `undefined` when a login is stored there: it was imported before, and may be newer than the file. */
function freeId(agent: AgentWorld, provider: string): ProfileId | undefined {
  for (const id of [`${provider}:default`, `${provider}:oauth`]) {
    const stored = agent.profiles.get(id);
    if (!stored) return id;
    if (stored.type === "oauth") return undefined;
  }
  return undefined;
}
