// A probe of what one agent can use, with a connection pool of its own.
import type { AuthProfile } from "../core/credential.ts";
import type { AgentId, ProviderId } from "../core/ids.ts";
import type { CommandDeps } from "./open-deps.ts";
import type { ProbeContext, ProbeOptions, ProbeReport } from "./probe.ts";
import { probeCredentials } from "./probe.ts";
import { readReadyView } from "./ready-view.ts";
import { withRefs } from "./secret-refs.ts";
import { statusAgent } from "./status.ts";

export interface ProbeRequest extends Pick<ProbeContext, "onRow" | "warn" | "signal"> {
  /** as for `models status` */
  readonly agent?: string | undefined;
  readonly options: ProbeOptions;
}

/** @throws AccessError `unknown_agent`, `config_invalid` */
export async function probeAgent(opened: CommandDeps, request: ProbeRequest): Promise<ProbeReport> {
  const { options, agent: named, ...context } = request;
  const agent: AgentId = statusAgent(opened, { agent: named });
  const { provider, profileIds = [] } = options;
  const isProbed = (id: ProviderId) => provider === undefined || id === provider;
  const deps = await withRefs(opened, { agent, only: isProbed, signal: request.signal });
  const only = ({ id, ...profile }: AuthProfile) =>
    (provider === undefined || profile.provider === provider) &&
    (profileIds.length === 0 || profileIds.includes(id));
  const view = await readReadyView(deps, agent, { only, timeoutMs: options.timeoutMs });
  const { Agent } = await import("undici");
  const dispatcher = new Agent({ connect: { timeout: options.timeoutMs } });
  try {
    const own = named === undefined ? undefined : agent;
    return await probeCredentials(deps, { ...context, view, agent: own, dispatcher }, options);
  } finally {
    await dispatcher.destroy();
  }
}
