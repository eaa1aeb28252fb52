// Agents for people: the list, and what adding or deleting one did.
import type { AddAgentReport } from "../../access/agents-add.ts";
import type { DeleteAgentReport } from "../../access/agents-delete.ts";
import type { AgentRow } from "../../access/agents-list.ts";
import { table } from "./table.ts";

export function agentTable(agents: readonly AgentRow[], columns: number): string {
  const rows = agents.map(({ id, isDefault, model, workspace }) => [
    isDefault ? `${id} (default)` : id,
    model ?? "-",
    workspace,
  ]);
  const rules = agents.flatMap(({ id, bindingDetails, routes }) =>
    [...(bindingDetails ?? []), ...(routes ?? [])].map((rule) => `${id}: ${rule}`),
  );
  return [table(rows, columns), ...(rules.length > 0 ? ["", "Routing rules", ...rules] : [])].join("\n");
}

export function renderAdded(report: AddAgentReport, configPath: string): string {
  const { agentId, workspace, agentDir, model, bindings, credentials } = report;
  const { inherited, notInherited } = credentials;
  const own = `openclaw models auth --agent ${agentId}`;
  return [
    `Updated config: ${configPath}`,
    `Agent: ${agentId}`,
    `  Workspace: ${workspace}`,
    `  Agent dir: ${agentDir}`,
    ...(model === undefined ? [] : [`  Model: ${model}`]),
    ...[...bindings.added, ...bindings.updated].map((rule) => `  Routing rule: ${rule}`),
    ...bindings.skipped.map((rule) => `  Routing rule there already: ${rule}`),
    ...bindings.conflicts.map((rule) => `  Routing rule of another agent, left there: ${rule}`),
    inherited.length > 0
      ? `  Credentials: reads ${inherited.length} of main through; its own come first: ${own} paste-api-key`
      : `  Credentials: none yet. Store one: ${own} paste-api-key`,
    ...notInherited.map(
      ({ id, agent, portable }) =>
        `  ${id} stays with ${agent}. For ${agentId}: ${own} ${portable ? "paste-api-key or paste-token" : "login"}`,
    ),
  ].join("\n");
}

export function renderDeleted({ agentId, trashed }: DeleteAgentReport, configPath: string): string {
  return [
    `Updated config: ${configPath}`,
    ...trashed.map(({ from, to }) => `Moved to the trash: ${from} (now ${to})`),
    `Deleted agent: ${agentId}`,
  ].join("\n");
}
