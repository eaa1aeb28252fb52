// `models status --probe`: one real, minimal call with each credential, and what came of it. Health is settled
// as after a real run. Nothing here is printed (fidelity spec §3).
import type { Dispatcher } from "undici";
import type { Config } from "../config/config.ts";
import type { AuthProfile } from "../core/credential.ts";
import type { Failure } from "../core/failure/failure.ts";
import { messageOf } from "../core/errors.ts";
import type { AgentId, ProviderId } from "../core/ids.ts";
import type { ModelRef } from "../core/model-ref.ts";
import { formatModelRef } from "../core/model-ref.ts";
import type { ProbeFilter, ProbeReason, ProbeRow, ProbeTarget } from "../core/probe.ts";
import { probeStatus, probeTargets, reasonText } from "../core/probe.ts";
import { WIRES } from "../wire/all.ts";
import type { AgentView } from "./agent-view.ts";
import type { Deps } from "./deps.ts";
import { HealthWriter } from "./health-writer.ts";
import { inParallel } from "./in-parallel.ts";
import { callOnce } from "./one-call.ts";
import { probeModels } from "./probe-model.ts";
import { routeTo } from "./provider-route.ts";
import { isSendable } from "./request-auth.ts";

export interface ProbeOptions extends ProbeFilter {
  /** ms for one call */
  readonly timeoutMs: number;
  /** calls at once */
  readonly concurrency: number;
  /** tokens of an answer; the provider may give more */
  readonly maxTokens: number;
}

export interface ProbeReport {
  /** ms since epoch */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly durationMs: number;
  /** calls that were made */
  readonly totalTargets: number;
  readonly options: ProbeOptions;
  /** those that could not be tried first */
  readonly results: readonly ProbeRow[];
}

export interface ProbeContext {
  readonly view: AgentView;
  /** the agent that was named, if one was: its models come first */
  readonly agent?: AgentId | undefined;
  readonly dispatcher: Dispatcher;
  /** Told of every finished call. */
  readonly onRow?: (row: ProbeRow, done: number, total: number) => void;
  /** Told why health could not be written. */
  readonly warn?: (sentence: string) => void;
  /** Ends the calls under way; no further ones are made. */
  readonly signal?: AbortSignal | undefined;
}

/** Everything a probe needs to know of one credential before it is tried. */
interface Probe {
  readonly target: ProbeTarget;
  readonly ref: ModelRef | undefined;
}

/** Never rejects because of a credential: each has its row. */
export async function probeCredentials(
  deps: Deps,
  context: ProbeContext,
  options: ProbeOptions,
): Promise<ProbeReport> {
  const startedAt = deps.now();
  const config = deps.config();
  const modelOf = probeModels(config, context.agent);
  const targets = probeTargets(context.view.snapshot, options, startedAt);
  const probes = await Promise.all(
    targets.map(async (target) => ({ target, ref: await modelOf(target.profile.provider) })),
  );
  const untried = probes.map((probe) => untriedRow(probe, config, context.view));
  const worth = probes.filter((_, index) => untried[index] === undefined);
  const writer = new HealthWriter(deps.store(), (error) => {
    if (error !== undefined)
      context.warn?.(`What the probe found could not be recorded: ${messageOf(error)}`);
  });
  const tried = await probeAll(deps, context, options, worth, writer);
  await writer.flush();
  const finishedAt = deps.now();
  return {
    startedAt,
    finishedAt,
    durationMs: finishedAt - startedAt,
    totalTargets: worth.length,
    options,
    results: [...untried, ...tried].filter((row) => row !== undefined),
  };
}

async function probeAll(
  deps: Deps,
  context: ProbeContext,
  options: ProbeOptions,
  probes: readonly Probe[],
  writer: HealthWriter,
): Promise<(ProbeRow | undefined)[]> {
  let done = 0;
  return inParallel(probes, options.concurrency, async (probe) => {
    if (context.signal?.aborted) return undefined;
    const row = await probeOne(deps, context, options, probe, writer);
    if (row) context.onRow?.(row, ++done, probes.length);
    return row;
  });
}

async function probeOne(
  deps: Deps,
  { view, dispatcher, signal }: ProbeContext,
  { timeoutMs, maxTokens }: ProbeOptions,
  { target: { profile }, ref }: Probe,
  writer: HealthWriter,
): Promise<ProbeRow | undefined> {
  const { model } = ref!;
  const route = routeTo(deps.config(), profile.provider)!;
  const wire = WIRES.find(({ api }) => api === route.api)!;
  const startedAt = deps.now();
  const secret = view.secrets.get(profile.id);
  const call = {
    dispatcher,
    route,
    wire,
    profile,
    secret,
    env: deps.env(),
    timeoutMs,
    now: deps.now,
    signal,
  };
  const result = await callOnce({ ...call, body: wire.ping(model, maxTokens) });
  if (result.kind === "aborted") return undefined;
  const at = deps.now();
  const { latencyMs } = result;
  if (result.kind === "answered") {
    writer.add(view.agent, profile, { kind: "success", model, startedAt, at }, true);
    return { ...baseRow(profile, ref), status: "ok", latencyMs };
  }
  const { failure } = result;
  writer.add(view.agent, profile, { kind: "failure", model, failure: healthOf(failure), at }, true);
  return { ...baseRow(profile, ref), status: probeStatus(failure), error: failure.message, latencyMs };
}

/** The part that health keeps: no upstream text. */
const healthOf = ({ kind, scope, retryAt }: Failure) => ({
  kind,
  scope,
  ...(retryAt === undefined ? {} : { retryAt }),
});

/** The row of a credential that no call is made with; `undefined` when it can be tried. */
function untriedRow({ target, ref }: Probe, config: Config, view: AgentView): ProbeRow | undefined {
  const { profile, reason } = target;
  const row = baseRow(profile, ref);
  if (reason) return { ...row, ...reasonRow(reason) };
  const secret = view.secrets.get(profile.id);
  if (!secret) return { ...row, ...reasonRow("missing_credential") };
  if (!isSendable(secret)) return { ...row, ...reasonRow("ineligible_profile") };
  if (!ref) {
    const error = `No model of ${profile.provider} is configured or known.`;
    return { ...row, status: "no_model", reasonCode: "no_model", error };
  }
  const fault = staleLogin(profile, view.readAt) ?? routeFault(config, profile.provider);
  return fault === undefined ? undefined : { ...row, status: "unknown", error: fault };
}

/** Sent as it is, it would only be refused, and the login barred for it. */
const staleLogin = ({ type, expiresAt }: AuthProfile, now: number): string | undefined =>
  type === "oauth" && expiresAt !== undefined && expiresAt <= now
    ? "Its access token has expired, and a probe does not renew it."
    : undefined;

/** Why the provider cannot be called at all. */
function routeFault(config: Config, provider: ProviderId): string | undefined {
  const route = routeTo(config, provider);
  if (!route) return `The address of ${provider} is not known. Set models.providers.${provider}.baseUrl.`;
  if (WIRES.some(({ api }) => api === route.api)) return undefined;
  return `${provider} speaks ${route.api}, which cannot be probed yet.`;
}

const reasonRow = (reason: Exclude<ProbeReason, "no_model">) =>
  ({ status: "unknown", reasonCode: reason, error: reasonText(reason) }) as const;

function baseRow(profile: AuthProfile, ref: ModelRef | undefined) {
  const { provider, id, source } = profile;
  const model = ref ? { model: formatModelRef(ref) } : {};
  const mode = modeOf(profile);
  if (source === "store")
    return { provider, ...model, profileId: id, label: id, source: "profile", mode } as const;
  const other = source === "env" ? "env" : "models.json";
  return { provider, ...model, label: other, source: other, mode } as const;
}

function modeOf({ type, source, id }: AuthProfile): ProbeRow["mode"] {
  if (source === "env" && id.includes("OAUTH")) return "oauth";
  return type === "none" ? "api_key" : type;
}
