// Checked sections to the `Config` that the program reads: defaults filled in, ids in canonical case.
// Meanings: fidelity spec §1.2, §7, §9; gateway spec §1.
import { isObject } from "../core/json.ts";
import { DEFAULT_COOLDOWNS } from "../core/health.ts";
import { DEFAULT_ROTATIONS } from "../core/failover.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { Config, ConfiguredAgent, GatewayConfig, LoggingConfig, ModelChoice } from "./config.ts";
import { readCliBackends } from "./cli-backends.ts";
import { formatPath } from "./document.ts";
import type { Sections } from "./schema.ts";
import { turnsIn } from "./turns.ts";

type Warned<K extends keyof Config> = Pick<Config, K | "warnings">;
type ModelInput = NonNullable<NonNullable<Sections["agents"]["defaults"]>["model"]>;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export function readAgents(
  section: Sections["agents"],
): Warned<
  | "defaultModel"
  | "embeddings"
  | "imageModel"
  | "models"
  | "cliBackends"
  | "turns"
  | "agents"
  | "hasAgentList"
> {
  const { defaults = {}, list = [] } = section;
  const { cliBackends, warnings } = readCliBackends(defaults.cliBackends);
  const listedAgents = readAgentList(list);
  const listed = Object.entries(defaults.models ?? {}).map(([ref, { alias, agentRuntime }]) => {
    const name = alias?.trim();
    const runtime = textIn(agentRuntime, "id");
    return [ref, { ...(name ? { alias: name } : {}), ...(runtime ? { runtime } : {}) }] as const;
  });
  return {
    defaultModel: modelChoice(defaults.model),
    ...embeddingsIn(defaults),
    imageModel: modelChoice(defaults.imageModel),
    models: new Map(listed),
    cliBackends,
    turns: turnsIn(defaults),
    hasAgentList: list.length > 0,
    ...listedAgents,
    warnings: [...warnings, ...listedAgents.warnings],
  };
}

/** The model that an agent's memory is searched with, where both its parts are named. */
function embeddingsIn({ memorySearch }: { readonly memorySearch?: unknown }): Pick<Config, "embeddings"> {
  const provider = textIn(memorySearch, "provider")?.toLowerCase();
  const model = textIn(memorySearch, "model");
  return provider && model ? { embeddings: { provider, model } } : {};
}

function textIn(value: unknown, key: string): string | undefined {
  const found = isObject(value) ? value[key] : undefined;
  return typeof found === "string" ? found.trim() : undefined;
}

/** The default agent is the first that says so, else the first; of two with one id the first counts. */
function readAgentList(list: NonNullable<Sections["agents"]["list"]>): Warned<"agents"> {
  if (list.length === 0) return { agents: [{ id: MAIN_AGENT, isDefault: true }], warnings: [] };
  const chosen = Math.max(
    0,
    list.findIndex((agent) => agent.default === true),
  );
  const agents = new Map<string, ConfiguredAgent>();
  const warnings: string[] = [];
  for (const [index, { default: _, model, memorySearch, ...agent }] of list.entries()) {
    if (agents.has(agent.id)) {
      warnings.push(
        `${formatPath(["agents", "list", index, "id"])}: "${agent.id}" is listed before; left out`,
      );
      continue;
    }
    const own = model === undefined ? {} : { model: modelChoice(model) };
    agents.set(agent.id, {
      ...agent,
      isDefault: index === chosen,
      ...own,
      ...embeddingsIn({ memorySearch }),
    });
  }
  return { agents: [...agents.values()], warnings };
}

function modelChoice(input: ModelInput | undefined): ModelChoice {
  if (input === undefined) return { isString: false };
  if (typeof input === "string") return { ...primaryOf(input), isString: true };
  const fallbacks = input.fallbacks && {
    fallbacks: input.fallbacks.map((text) => text.trim()).filter(Boolean),
  };
  return { ...primaryOf(input.primary), ...fallbacks, isString: false };
}

function primaryOf(text: string | undefined): { primary?: string } {
  const primary = text?.trim();
  return primary ? { primary } : {};
}

export function readAuth(
  section: Sections["auth"],
): Warned<"profiles" | "order" | "cooldowns" | "rotations"> {
  const { profiles = {}, order = {}, cooldowns = {} } = section;
  const { entries, warnings } = byProvider(["auth", "order"], order);
  const { billingBackoffHoursByProvider: hours = {} } = cooldowns;
  const backoffs = byProvider(["auth", "cooldowns", "billingBackoffHoursByProvider"], hours);
  return {
    profiles: new Map(Object.entries(profiles)),
    order: entries,
    cooldowns: {
      billingBackoffMs: ms(cooldowns.billingBackoffHours, HOUR, DEFAULT_COOLDOWNS.billingBackoffMs),
      ...(backoffs.entries.size > 0 && {
        billingBackoffsMs: Object.fromEntries(
          [...backoffs.entries].map(([provider, amount]) => [provider, Math.round(amount * HOUR)]),
        ),
      }),
      billingMaxMs: ms(cooldowns.billingMaxHours, HOUR, DEFAULT_COOLDOWNS.billingMaxMs),
      authPermanentBackoffMs: ms(
        cooldowns.authPermanentBackoffMinutes,
        MINUTE,
        DEFAULT_COOLDOWNS.authPermanentBackoffMs,
      ),
      authPermanentMaxMs: ms(cooldowns.authPermanentMaxMinutes, MINUTE, DEFAULT_COOLDOWNS.authPermanentMaxMs),
      failureWindowMs: ms(cooldowns.failureWindowHours, HOUR, DEFAULT_COOLDOWNS.failureWindowMs),
    },
    rotations: {
      rateLimited: cooldowns.rateLimitedProfileRotations ?? DEFAULT_ROTATIONS.rateLimited,
      overloaded: cooldowns.overloadedProfileRotations ?? DEFAULT_ROTATIONS.overloaded,
      overloadedBackoffMs: cooldowns.overloadedBackoffMs ?? DEFAULT_ROTATIONS.overloadedBackoffMs,
    },
    warnings: [...warnings, ...backoffs.warnings],
  };
}

const ms = (amount: number | undefined, unit: number, standard: number): number =>
  amount === undefined ? standard : Math.round(amount * unit);

export function readModels(section: Sections["models"]): Warned<"modelsMode" | "providers"> {
  const { entries, warnings } = byProvider(["models", "providers"], section.providers ?? {});
  return {
    modelsMode: section.mode ?? "merge",
    providers: new Map(
      [...entries].map(([id, entry]) => [id, { ...entry, id, models: entry.models ?? [] }] as const),
    ),
    warnings,
  };
}

/** A table keyed by provider, ids in lower case. Of two spellings of one id the last counts. */
function byProvider<T>(place: readonly string[], table: Readonly<Record<string, T>>) {
  const entries = new Map<string, T>();
  const warnings: string[] = [];
  for (const [key, value] of Object.entries(table)) {
    const id = key.trim().toLowerCase();
    if (entries.has(id))
      warnings.push(`${formatPath([...place, key])}: replaces another spelling of "${id}"`);
    entries.set(id, value);
  }
  return { entries, warnings };
}

const SHELL_TIMEOUT_MS = 15_000;

export function readEnv(section: Sections["env"]): Config["env"] {
  const { vars = {}, shellEnv = {}, ...flat } = section;
  return {
    vars: { ...vars, ...flat },
    shellEnv: { enabled: shellEnv.enabled ?? false, timeoutMs: shellEnv.timeoutMs ?? SHELL_TIMEOUT_MS },
  };
}

const GATEWAY_PORT = 18_789;
const DEBOUNCE_MS = 300;
const MOST_LOG_BYTES = 100 * 1024 ** 2;

/** Documented defaults. */
const RATE_LIMIT = { maxAttempts: 10, windowMs: 60_000, lockoutMs: 300_000, exemptLoopback: true };
const TRUSTED_PROXY = { requiredHeaders: [], allowUsers: [], allowLoopback: false };

function readGatewayAuth(auth: Sections["gateway"]["auth"] = {}): GatewayConfig["auth"] {
  const { token, password, rateLimit, trustedProxy } = auth;
  const onlyPassword = password !== undefined && token === undefined;
  return {
    ...auth,
    mode: auth.mode ?? (onlyPassword ? "password" : "token"),
    ambiguous: auth.mode === undefined && token !== undefined && password !== undefined,
    rateLimit: { ...RATE_LIMIT, ...rateLimit },
    trustedProxy: { ...TRUSTED_PROXY, ...trustedProxy },
  };
}

type Endpoints = NonNullable<NonNullable<Sections["gateway"]["http"]>["endpoints"]>;

function bodyBytesIn({ chatCompletions, responses }: Endpoints = {}): GatewayConfig["bodyBytes"] {
  const [chat, items] = [chatCompletions?.maxBodyBytes, responses?.maxBodyBytes];
  return {
    ...(chat === undefined ? {} : { chatCompletions: chat }),
    ...(items === undefined ? {} : { responses: items }),
  };
}

/** Both HTTP endpoints are on unless switched off: whoever starts a gateway wants to call it. */
export function readGateway(section: Sections["gateway"]): GatewayConfig {
  const { port = GATEWAY_PORT, bind = "loopback", auth, http, controlUi, reload, tls } = section;
  const { customBindHost, trustedProxies = [], allowRealIpFallback = false } = section;
  return {
    port,
    bind,
    auth: readGatewayAuth(auth),
    endpoints: {
      chatCompletions: http?.endpoints?.chatCompletions?.enabled ?? true,
      responses: http?.endpoints?.responses?.enabled ?? true,
    },
    bodyBytes: bodyBytesIn(http?.endpoints),
    allowedOrigins: controlUi?.allowedOrigins ?? [],
    ...(customBindHost === undefined ? {} : { customBindHost }),
    trustedProxies,
    allowRealIpFallback,
    tls: { enabled: false, autoGenerate: false, ...tls },
    reload: { mode: reload?.mode ?? "hybrid", debounceMs: reload?.debounceMs ?? DEBOUNCE_MS },
  };
}

/** Sizes and levels as OpenClaw documents them ("Gateway logging"). */
export const readLogging = ({ level, consoleLevel, maxFileBytes }: Sections["logging"]): LoggingConfig => ({
  level: level ?? "info",
  consoleLevel: consoleLevel ?? "info",
  maxFileBytes: maxFileBytes ?? MOST_LOG_BYTES,
});
