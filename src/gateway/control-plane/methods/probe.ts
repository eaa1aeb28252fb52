// `openclaw models status --probe`: a small real call with each credential. Each one that ends is an event for the
// client that asked; who leaves ends the rest.
import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { parseProfileId, parseProviderId } from "../../../core/ids.ts";
import { method, written } from "../method.ts";
import { agentId, flag, name, wholeNumber } from "../params.ts";

export const PROBE_EVENT = "models.auth.probe";

const LONGEST_MS = 120_000;
const MOST_AT_ONCE = 16;
const MOST_TOKENS = 1000;
const MOST_PROFILES = 1000;

const params = v.strictObject({
  agentId,
  provider: v.optional(name),
  profileIds: v.optional(v.pipe(v.array(name), v.maxLength(MOST_PROFILES)), []),
  /** ask for lists of models, where that proves a credential */
  free: flag,
  timeoutMs: v.optional(wholeNumber(1, LONGEST_MS), 8000),
  concurrency: v.optional(wholeNumber(1, MOST_AT_ONCE), 2),
  maxTokens: v.optional(wholeNumber(1, MOST_TOKENS), 8),
});

export const probeMethods = {
  "models.auth.probe": method(
    "operator.write",
    params,
    async ({ deps, gateway, tell, left }, { agentId: agent, provider, profileIds, free, ...numbers }) => {
      const [{ probeAgent }, { statusAgent }] = await Promise.all([
        import("../../../access/probe-agent.ts"),
        import("../../../access/status.ts"),
      ]);
      await written(gateway);
      const probeId = randomUUID();
      const warnings: string[] = [];
      const options = {
        ...numbers,
        ...(provider === undefined ? {} : { provider: parseProviderId(provider) }),
        profileIds: profileIds.map(parseProfileId),
        ...(free ? { free: true as const } : {}),
      };
      const report = await probeAgent(deps, {
        agent,
        options,
        signal: left,
        onRow: (row, done, total) => tell(PROBE_EVENT, { probeId, done, total, row }),
        warn: (sentence) => warnings.push(sentence),
      });
      await gateway.agents.refresh(statusAgent(deps, { agent }));
      return { probeId, ...report, warnings };
    },
  ),
};
