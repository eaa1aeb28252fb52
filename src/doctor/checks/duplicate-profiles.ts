// One credential under several ids: its limits are reached sooner than the list suggests, and of a login each
// refresh spends the other's token.
import type { ProfileId } from "../../core/ids.ts";
import { assessCredential } from "../../core/credential.ts";
import type { Check } from "../check.ts";
import { listed } from "../import-entries.ts";
import { currentProvider, materialOf } from "../usable.ts";
import type { AgentWorld } from "../world.ts";

export const duplicateProfiles: Check = {
  id: "core/doctor/duplicate-profiles",
  look: ({ agents }) =>
    [...agents.values()].flatMap((agent) =>
      sameMaterial(agent).map((ids) => ({
        severity: "warning",
        path: agent.database,
        message: `Agent ${agent.id} has one credential several times: ${listed(ids)}.`,
        fixHint: `Keep one. Remove the others, for example: openclaw models auth logout ${ids.at(-1)!} --agent ${agent.id}`,
      })),
    ),
};

function sameMaterial({ profiles }: AgentWorld): ProfileId[][] {
  const filled = [...profiles].filter(([, each]) => assessCredential(each).problem !== "missing_credential");
  const groups = Map.groupBy(filled, ([, each]) => `${currentProvider(each.provider)} ${materialOf(each)}`);
  return [...groups.values()].filter((group) => group.length > 1).map((group) => group.map(([id]) => id));
}
