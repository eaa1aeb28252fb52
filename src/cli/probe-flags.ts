// The flags of `models status --probe`, and the probe that they ask for.
import type { ProbeReport } from "../access/probe.ts";
import type { ProbeRow } from "../core/probe.ts";
import type { Session } from "./command.ts";
import { optionalText, switchFlag } from "./command.ts";
import { untilInterrupted } from "./interrupt.ts";
import { wholeNumberFlag } from "./number-flag.ts";

export interface ProbeFlags {
  readonly probe: boolean;
  readonly probeFree: boolean;
  readonly probeProvider?: string;
  readonly probeProfile?: readonly string[];
  readonly probeTimeout?: number;
  readonly probeConcurrency?: number;
  readonly probeMaxTokens?: number;
}

export const PROBE_FLAGS = {
  probe: switchFlag("Make a small real call with each credential; it may cost tokens"),
  probeFree: switchFlag("Probe without a token: ask for model lists, where that proves a credential"),
  probeProvider: optionalText("Probe this provider only", "id"),
  probeProfile: {
    ...optionalText("Probe these profiles only; repeat it, or separate ids by commas", "ids"),
    variadic: true,
  },
  probeTimeout: wholeNumberFlag("--probe-timeout", "Longest time of one call, ms (8000)", "ms"),
  probeConcurrency: wholeNumberFlag("--probe-concurrency", "Calls at once (2)", "n"),
  probeMaxTokens: wholeNumberFlag("--probe-max-tokens", "Tokens of an answer (8)", "n"),
} as const;

/** Probes, telling every finished call on stderr. */
export async function runProbe(
  session: Session,
  agent: string | undefined,
  flags: ProbeFlags,
): Promise<ProbeReport> {
  const { io } = session;
  const [{ probeAgent }, { profileArgument, providerArgument }] = await Promise.all([
    import("../access/probe-agent.ts"),
    import("./provider-argument.ts"),
  ]);
  const { probeFree, probeProvider, probeProfile = [] } = flags;
  const { probeTimeout, probeConcurrency, probeMaxTokens } = flags;
  const ids = probeProfile.flatMap((list) => list.split(",")).filter((id) => id.trim() !== "");
  const named = await Promise.all(ids.map((id) => profileArgument(session, id, agent)));
  const options = {
    ...(probeProvider === undefined ? {} : { provider: providerArgument(io, probeProvider) }),
    profileIds: [...new Set(named)],
    timeoutMs: probeTimeout ?? 8000,
    concurrency: probeConcurrency ?? 2,
    maxTokens: probeMaxTokens ?? 8,
    ...(probeFree ? { free: true as const } : {}),
  };
  const deps = await session.deps();
  const request = {
    agent,
    options,
    onRow: (row: ProbeRow, done: number, total: number) => io.say(progressLine(row, done, total)),
    warn: (sentence: string) => io.say(`Warning: ${sentence}`),
  };
  return untilInterrupted(
    (signal) => probeAgent(deps, { ...request, signal }),
    "Stopped. What the finished calls found is recorded.",
  );
}

const progressLine = (
  { provider, label, profileId, status, latencyMs }: ProbeRow,
  done: number,
  total: number,
) =>
  `Probed ${done} of ${total}: ${profileId ?? `${provider} (${label})`} ${status}${latencyMs === undefined ? "" : `, ${latencyMs} ms`}`;
