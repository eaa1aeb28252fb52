// `models status`: gathers the report. It reads, judges and changes nothing (fidelity spec §2).
import type { Config, ModelChoice } from "../config/config.ts";
import { messageOf } from "../core/errors.ts";
import type { AuthProfile } from "../core/credential.ts";
import { usualFunding } from "../core/funding.ts";
import type { AgentId, ProviderId } from "../core/ids.ts";
import type { ModelNames, ModelRef } from "../core/model-ref.ts";
import { formatModelRef, resolveModelRef } from "../core/model-ref.ts";
import { defaultModelOf, modelNamesOf } from "../config/model-names.ts";
import { findProvider } from "../providers/all.ts";
import { authProviderOf } from "./auth-provider.ts";
import type { CommandDeps } from "./open-deps.ts";
import type { ProbeReport } from "./probe.ts";
import type { ReadView } from "./read-view.ts";
import { chooseAgent, defaultAgent, FOLDER_AGENT, folderAgentDir, readView } from "./read-view.ts";
import { withKnownRefs } from "./secret-refs.ts";
import type { Usable } from "./status-health.ts";
import {
  byProviderThenId,
  isLive,
  profileHealth,
  providerHealth,
  usableWithoutBars,
  WARN_AFTER_MS,
} from "./status-health.ts";
import type { CrossingReport } from "./status-crossing.ts";
import { providerRows, unusableRows } from "./status-providers.ts";
import type { ProviderInputs } from "./status-providers.ts";
import type {
  AuthReport,
  ProfileHealthRow,
  ProviderHealthRow,
  RuntimeRoute,
  StatusAnswer,
} from "./status-report.ts";
import { testingRows } from "./status-testing.ts";
import { todoFor } from "./status-todo.ts";
import type { Asked, UsageReport } from "./usage-report.ts";

export interface StatusRequest {
  /** a configured agent; else the folder named by `OPENCLAW_AGENT_DIR`, else the default agent */
  readonly agent?: string | undefined;
  /** what a probe found just before */
  readonly probes?: ProbeReport | undefined;
  /** what providers said just before of what is left */
  readonly asked?: Asked | undefined;
}

/** @throws AccessError `unknown_agent`, `config_invalid` */
export async function readStatus(deps: CommandDeps, request: StatusRequest): Promise<StatusAnswer> {
  const config = deps.config();
  const agent = statusAgent(deps, request);
  const view = await readView(await withKnownRefs(deps, agent), agent, "facts");
  const models = modelsInUse(config, request.agent === undefined ? undefined : agent);
  const usable = usableWithoutBars(view);
  const auth = authReport(deps, view, usable, models.providers);
  const now = view.readAt;
  const todo = todoFor({
    providers: models.providers,
    view,
    usable,
    auth,
    config,
    agent: request.agent,
    now,
  });
  const usage = await usageOf(view, request.asked);
  const crossing = await crossingOf(deps, view);
  const report = {
    configPath: config.path,
    agentDir: deps.paths().agentDir(agent),
    ...(request.agent === undefined ? {} : { agentId: agent }),
    ...models.report,
    auth: request.probes ? { ...auth, probes: request.probes } : auth,
    ...(usage ? { usage } : {}),
    ...(crossing ? { crossing } : {}),
    warnings: [
      ...view.unreadable,
      ...view.warnings,
      ...models.warnings,
      ...config.warnings,
      ...ownSettings(deps),
      ...deps.environment().warnings,
      ...(deps.plugins?.warnings ?? []),
    ],
    todo,
  };
  const damaged = view.unreadable.length > 0 || view.damaged;
  const failed = damaged || hasFailed(request.probes);
  return { report, check: failed ? 1 : checkProviders(models.providers, auth.oauth.providers, usable) };
}

/** Faults of access.json keep nobody from the rest of the report. */
function ownSettings(deps: CommandDeps): readonly string[] {
  try {
    return deps.accessConfig().warnings;
  } catch (error) {
    return [messageOf(error)];
  }
}

/** Most homes have none of it, and need not load what it takes to say so. */
async function usageOf(view: ReadView, asked: Asked | undefined): Promise<UsageReport | undefined> {
  const known = asked !== undefined || view.snapshot.health.values().some(({ usage }) => usage);
  return known ? (await import("./usage-report.ts")).usageReport(view, asked, view.readAt) : undefined;
}

/** Most homes have one class of credentials only, which calls cannot leave. */
async function crossingOf(deps: CommandDeps, view: ReadView): Promise<CrossingReport | undefined> {
  const { profiles, funding } = view.snapshot;
  const isMetered = (profile: AuthProfile) =>
    (funding?.get(profile.id) ?? usualFunding(profile)) === "metered";
  const both = profiles.some(isMetered) && !profiles.every(isMetered);
  return both ? (await import("./status-crossing.ts")).crossingReport(deps, view) : undefined;
}

/** A call was made and brought no answer. */
const hasFailed = (probes: ProbeReport | undefined): boolean =>
  probes?.results.some((row) => row.latencyMs !== undefined && row.status !== "ok") ?? false;

/** `--agent` before the folder variables before the default agent (fidelity spec §2.5). */
export function statusAgent(deps: CommandDeps, request: StatusRequest): AgentId {
  const config = deps.config();
  if (request.agent !== undefined) return chooseAgent(config, request.agent);
  return folderAgentDir(deps.env()) === undefined ? defaultAgent(config) : FOLDER_AGENT;
}

/** The models of the agent that was named, or of `agents.defaults`; the texts are as written. */
function modelsInUse(config: Config, agent: AgentId | undefined) {
  const model = defaultModelOf(config, agent);
  const own = config.agents.find(({ id }) => id === agent)?.model;
  const { imageModel } = config;
  const images = modelsOf(imageModel).map((text) => readRef(text, modelNamesOf(config)));
  const refs = [
    model.resolved.ref,
    ...model.fallbacks,
    ...images.flatMap((read) => ("ref" in read ? [read.ref] : [])),
  ];
  const resolvedDefault = formatModelRef(model.resolved.ref);
  return {
    providers: [...new Set(refs.map((ref) => authProviderOf(config, ref)))],
    warnings: [
      ...(model.resolved.warning === undefined ? [] : [model.resolved.warning]),
      ...model.warnings,
      ...images.flatMap((read) => ("fault" in read ? [read.fault] : [])),
    ],
    report: {
      defaultModel: model.text ?? resolvedDefault,
      resolvedDefault,
      fallbacks: own?.fallbacks ?? (own?.primary === undefined ? (config.defaultModel.fallbacks ?? []) : []),
      imageModel: imageModel.primary ?? null,
      imageFallbacks: imageModel.fallbacks ?? [],
      aliases: Object.fromEntries(modelNamesOf(config).aliases),
      allowed: [...config.models.keys()],
    },
  };
}

const modelsOf = (choice: ModelChoice): string[] => [
  ...(choice.primary === undefined ? [] : [choice.primary]),
  ...(choice.fallbacks ?? []),
];

function readRef(text: string, names: ModelNames): { ref: ModelRef } | { fault: string } {
  try {
    return { ref: resolveModelRef(text, names).ref };
  } catch (error) {
    return { fault: `An image model was left out: ${messageOf(error)}` };
  }
}

function authReport(
  deps: CommandDeps,
  view: ReadView,
  usable: Usable,
  inUse: readonly ProviderId[],
): AuthReport {
  const [paths, config, now] = [deps.paths(), deps.config(), view.readAt];
  const shell = deps.environment().shellEnv;
  const inputs: ProviderInputs = { view, config, paths, shellKeys: shell.appliedKeys, now };
  const oauth = healthReport(view, config, usable, now);
  const missing = inUse.filter((provider) => usable.of(provider).length === 0);
  const rows = providerRows(inputs);
  const testing = testingRows(view, now);
  return {
    storePath: paths.agentDatabase(view.agent),
    shellEnvFallback: shell,
    providersWithOAuth: rows.flatMap(({ provider, profiles: { oauth: logins, token } }) =>
      logins + token > 0 ? [`${provider} (${logins + token})`] : [],
    ),
    missingProvidersInUse: missing.toSorted(),
    runtimeAuthRoutes: [...backendRoutes(inUse, usable, rows), ...runtimeRoutes(inUse, usable, rows)],
    providers: rows,
    unusableProfiles: unusableRows(inputs),
    ...(testing.length === 0 ? {} : { testing }),
    oauth,
  };
}

function healthReport(view: ReadView, config: Config, usable: Usable, now: number): AuthReport["oauth"] {
  const byId = new Map(view.snapshot.profiles.map((profile) => [profile.id, profile]));
  const profiles = view.stored
    .map(({ id, credential }) => {
      const profile = byId.get(id)!;
      const email = credential.email ?? config.profiles.get(id)?.email;
      const unread = view.unresolved.get(id)?.unread ?? false;
      return profileHealth(profile, credential, email ? `${id} (${email})` : id, now, unread);
    })
    .toSorted(byProviderThenId((row) => row.profileId));
  const byProvider = Map.groupBy(profiles, (row) => row.provider);
  const providers = [...byProvider].map(([provider, rows]) =>
    providerHealth(provider, rows, usable.effectiveOrder(provider)),
  );
  return { warnAfterMs: WARN_AFTER_MS, profiles, providers };
}

/** Models that another program's login serves. */
const backendRoutes = (
  inUse: readonly ProviderId[],
  usable: Usable,
  rows: AuthReport["providers"],
): RuntimeRoute[] =>
  inUse.flatMap((runtime) => {
    const provider = findProvider(runtime)?.backendOf;
    if (provider === undefined) return [];
    const status = usable.of(runtime).length > 0 ? "usable" : "missing";
    const effective = rows.find((row) => row.provider === runtime)?.effective ?? NOTHING;
    return [{ provider, runtime, authProvider: runtime, status, effective }];
  });

const NOTHING = { kind: "missing", detail: "missing" } as const;

/** OpenAI models without an API key go through the ChatGPT login. */
function runtimeRoutes(
  inUse: readonly ProviderId[],
  usable: Usable,
  rows: AuthReport["providers"],
): RuntimeRoute[] {
  const profiles = usable.of("openai");
  if (!inUse.includes("openai") || profiles.some((profile) => profile.type === "api_key")) return [];
  const effective = rows.find((row) => row.provider === "openai")?.effective;
  return [
    {
      provider: "openai",
      runtime: "codex",
      authProvider: "openai",
      status: profiles.length > 0 ? "usable" : "missing",
      effective: effective ?? NOTHING,
    },
  ];
}

/** Also a login that serves now and cannot be refreshed any more, however long its access token lasts. */
const endsSoon = ({ status, problem }: ProfileHealthRow): boolean =>
  status === "expiring" || problem === "login_needed";

/** `--check` (fidelity spec §2.4): 1 nothing good for a provider in use, 2 something that is used expires soon. */
function checkProviders(
  inUse: readonly ProviderId[],
  health: readonly ProviderHealthRow[],
  usable: Usable,
): 0 | 1 | 2 {
  const states = inUse.map((provider) => {
    const profiles = usable.of(provider);
    if (profiles.length === 0) return 1;
    const live = health.find((row) => row.provider === provider)?.effectiveProfiles.filter(isLive) ?? [];
    // A key in the environment or the config covers whatever the store's credentials come to.
    if (profiles.some((profile) => profile.source !== "store")) return 0;
    return live.length === 0 ? 1 : live.some(endsSoon) ? 2 : 0;
  });
  return states.includes(1) ? 1 : states.includes(2) ? 2 : 0;
}
