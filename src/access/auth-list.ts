// `models auth list`: the stored profiles that an agent sees, without their secrets (fidelity spec §4).
import { tildePath } from "../config/paths.ts";
import type { CredentialType } from "../core/credential.ts";
import type { Bar } from "../core/health.ts";
import { isRunning } from "../core/health.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import type { Deps } from "./deps.ts";
import type { ReadView } from "./read-view.ts";
import { chooseAgent, readView } from "./read-view.ts";
import { byProviderThenId } from "./status-health.ts";

export interface AuthListRow {
  readonly id: ProfileId;
  readonly provider: ProviderId;
  readonly type: CredentialType;
  /** the id, or `id (name or address)` */
  readonly label: string;
  readonly email?: string;
  readonly displayName?: string;
  /** ISO times */
  readonly expiresAt?: string;
  readonly cooldownUntil?: string;
  readonly disabledUntil?: string;
  /** Its refresh token was refused for good; it serves until `expiresAt` at most. */
  readonly problem?: "login_needed";
}

export interface AuthListReport {
  readonly agentId: AgentId;
  /** `~/…` */
  readonly agentDir: string;
  /** `~/…` */
  readonly authStatePath: string;
  readonly provider: ProviderId | null;
  readonly profiles: readonly AuthListRow[];
  /** Faults found on reading; absent when there are none. */
  readonly warnings?: readonly string[];
}

/** @throws AccessError `unknown_agent`, `config_invalid` */
export async function listProfiles(
  deps: Deps,
  request: { readonly agent?: string | undefined; readonly provider?: ProviderId | undefined },
): Promise<AuthListReport> {
  const agent = chooseAgent(deps.config(), request.agent);
  const view = await readView(deps, agent, "facts");
  const paths = deps.paths();
  const warnings = [...view.unreadable, ...view.warnings];
  return {
    agentId: agent,
    agentDir: tildePath(paths, paths.agentDir(agent)),
    authStatePath: tildePath(paths, paths.agentDatabase(agent)),
    provider: request.provider ?? null,
    profiles: view.stored
      .filter(({ credential }) => request.provider === undefined || credential.provider === request.provider)
      .map((entry) => listRow(entry, view))
      .toSorted(byProviderThenId((row) => row.id)),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

function listRow({ id, credential }: ReadView["stored"][number], view: ReadView): AuthListRow {
  const { provider, type, email, displayName } = credential;
  const name = displayName ?? email;
  const { expiresAt, loginNeeded } = view.snapshot.profiles.find((profile) => profile.id === id) ?? {};
  const running = (view.snapshot.health.get(id)?.bars ?? []).filter((bar) => isRunning(bar, view.readAt));
  const untilOf = (lane: Bar["lane"]) => latest(running.filter((bar) => bar.lane === lane));
  const [cooldownUntil, disabledUntil] = [untilOf("cooldown"), untilOf("disabled")];
  return {
    id,
    provider,
    type,
    label: name === undefined ? id : `${id} (${name})`,
    ...(email === undefined ? {} : { email }),
    ...(displayName === undefined ? {} : { displayName }),
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
    ...(cooldownUntil === undefined ? {} : { cooldownUntil }),
    ...(disabledUntil === undefined ? {} : { disabledUntil }),
    ...(loginNeeded ? { problem: "login_needed" as const } : {}),
  };
}

const latest = (bars: readonly Bar[]): string | undefined =>
  bars.length > 0 ? new Date(Math.max(...bars.map((bar) => bar.until))).toISOString() : undefined;
