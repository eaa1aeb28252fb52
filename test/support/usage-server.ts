// Usage endpoints on loopback: `/<provider>` answers with what the test says, the shapes that providers give.
import type { UsageReport } from "../../src/access/usage-report.ts";
import type { Answer, ListServer } from "./list-server.ts";
import { listServer, withJson } from "./list-server.ts";

export interface UsageServer extends ListServer {
  /** by provider */
  readonly answers: Map<string, Answer>;
  /** access.json that sends questions here */
  readonly access: { readonly oauth: Readonly<Record<string, { readonly usageUrl: string }>> };
}

export async function usageServer(bodies: Readonly<Record<string, unknown>>): Promise<UsageServer> {
  const answers = new Map(Object.entries(bodies).map(([id, body]) => [id, withJson(body)]));
  const server = await listServer((request, response) => {
    const answer = answers.get((request.url ?? "/").slice(1)) ?? withJson({}, 404);
    answer(request, response);
  });
  const oauth = Object.fromEntries(
    [...answers.keys()].map((id) => [id, { usageUrl: `${server.url}/${id}` }]),
  );
  return { ...server, answers, access: { oauth } };
}

/** `label: percent used`, the binding window first */
export const windowsOf = (usage: UsageReport, profileId: string): string[] => {
  const found = usage.profiles.find((profile) => profile.profileId === profileId);
  return (found?.windows ?? []).map((window) => `${window.label}: ${window.usedPercent}`);
};
