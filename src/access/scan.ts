// `models scan`: OpenRouter's free models, tried where there is a key, best first. Changes nothing; what is
// chosen is written by `scan-apply.ts`. Requirements 002, "Models scan".
import type { Config } from "../config/config.ts";
import { AccessError } from "../core/errors.ts";
import type { Failure } from "../core/failure/failure.ts";
import type { AuthProfile } from "../core/credential.ts";
import { plan } from "../core/plan/plan.ts";
import { prepare } from "../core/plan/prepare.ts";
import type { ScanFilter, ScanRow, ScanSelection } from "../core/scan.ts";
import { compareScanRows, scanCandidates, selectModels } from "../core/scan.ts";
import type { Secret } from "../core/secret.ts";
import { findProvider } from "../providers/all.ts";
import type { OpenRouterModel } from "../providers/openrouter-models.ts";
import { parseOpenRouterModels } from "../providers/openrouter-models.ts";
import { fetchJson } from "./fetch-json.ts";
import { inParallel } from "./in-parallel.ts";
import type { CommandDeps } from "./open-deps.ts";
import type { ProviderRoute } from "./provider-route.ts";
import { routeTo } from "./provider-route.ts";
import { defaultAgent, readView } from "./read-view.ts";
import { probeModel, unprobedRow } from "./scan-probe.ts";
import { usableWithoutBars } from "./status-health.ts";

const OPENROUTER = "openrouter";

/** A credential that the models can be tried with. */
export interface ScanKey {
  readonly profile: AuthProfile;
  readonly secret: Secret;
}

export interface ScanRequest {
  readonly filter: ScanFilter;
  /** absent: metadata only */
  readonly key?: ScanKey | undefined;
  /** ms for the catalog, and for each call */
  readonly timeoutMs: number;
  /** models at once */
  readonly concurrency: number;
  /** most models to select */
  readonly maxCandidates: number;
  /** Ends the calls under way; no further ones are made. */
  readonly signal?: AbortSignal | undefined;
  /** Told of every model that was tried. */
  readonly onRow?: (row: ScanRow, done: number, total: number) => void;
}

export interface ScanReport extends ScanSelection {
  /** whether models were tried */
  readonly probed: boolean;
  /** best first */
  readonly results: readonly ScanRow[];
  readonly warnings: readonly string[];
}

/** The key that a call would use; a cooling one rather than none. */
export async function scanKey(deps: CommandDeps): Promise<ScanKey | undefined> {
  const view = await readView(deps, defaultAgent(deps.config()));
  const request = { models: [{ provider: OPENROUTER, model: "*" }] };
  const first = [...plan(prepare(view.snapshot), request, view.readAt)].map(
    ({ candidate }) => candidate.profile,
  );
  for (const profile of [...first, ...usableWithoutBars(view).of(OPENROUTER)]) {
    const secret = view.secrets.get(profile.id);
    if (secret) return { profile, secret };
  }
  return undefined;
}

/** @throws AccessError `upstream_failed` when the catalog cannot be had; `config_invalid` */
export async function scanModels(deps: CommandDeps, request: ScanRequest): Promise<ScanReport> {
  const { key, filter, maxCandidates } = request;
  const catalog = await fetchCatalog(deps, request);
  const candidates = scanCandidates(catalog, filter, deps.now());
  const byId = new Map(catalog.map((model) => [model.id, model]));
  const models = candidates.map(({ id }) => byId.get(id)!);
  const tried = key ? await probeModels(deps, models, key, request) : undefined;
  const results = (tried?.rows ?? models.map((model) => unprobedRow(model))).toSorted(compareScanRows);
  const { selected, selectedImages } = selectModels(results, maxCandidates);
  return {
    probed: key !== undefined,
    selected,
    selectedImages,
    results,
    warnings: tried?.stopped === undefined ? [] : [`The key was refused: ${tried.stopped.message}`],
  };
}

async function fetchCatalog(deps: CommandDeps, request: ScanRequest): Promise<OpenRouterModel[]> {
  const base = request.key ? baseOf(openRouter(deps.config())) : baseWithoutConfig(deps);
  const url = `${base}/models`;
  const answer = await fetchJson({ url, headers: [], timeoutMs: request.timeoutMs, signal: request.signal });
  const failed = "failed" in answer ? answer.failed : undefined;
  const models = "value" in answer ? parseOpenRouterModels(answer.value) : undefined;
  if (models) return models;
  throw new AccessError(
    "upstream_failed",
    `OpenRouter's catalog at ${url} ${failed ?? "answered with something that is no catalog"}. Check the network, or try again with a longer --timeout.`,
  );
}

const baseOf = ({ origin, basePath }: ProviderRoute): string => origin + basePath;

/** Metadata needs no config: one that is broken does not stand in the way. */
function baseWithoutConfig(deps: CommandDeps): string {
  try {
    return baseOf(openRouter(deps.config()));
  } catch {
    return findProvider(OPENROUTER)!.baseUrl!;
  }
}

function openRouter(config: Config): ProviderRoute {
  const route = routeTo(config, OPENROUTER);
  if (route) return route;
  throw new AccessError(
    "config_invalid",
    `${config.path}: models.providers.openrouter.baseUrl is no address.`,
  );
}

interface Tried {
  readonly rows: readonly ScanRow[];
  /** The account was refused: nothing was asked after that. */
  readonly stopped: Failure | undefined;
}

async function probeModels(
  deps: CommandDeps,
  models: readonly OpenRouterModel[],
  key: ScanKey,
  { timeoutMs, concurrency, signal, onRow }: ScanRequest,
): Promise<Tried> {
  const [{ Agent }, { callOnce }, { openaiCompletions: wire }] = await Promise.all([
    import("undici"),
    import("./one-call.ts"),
    import("../wire/openai-completions.ts"),
  ]);
  const dispatcher = new Agent({ connect: { timeout: timeoutMs } });
  const call = {
    dispatcher,
    route: openRouter(deps.config()),
    wire,
    ...key,
    env: deps.env(),
    timeoutMs,
    now: deps.now,
    signal,
  };
  let stopped: Failure | undefined;
  let done = 0;
  try {
    const rows = await inParallel(models, concurrency, async (model) => {
      if (signal?.aborted) return unprobedRow(model);
      if (stopped) return unprobedRow(model, "not asked: the key was refused before");
      const { row, failure } = await probeModel(model, (body) =>
        callOnce({ ...call, model: model.id, body }),
      );
      if (failure?.scope === "account") stopped ??= failure;
      onRow?.(row, ++done, models.length);
      return row;
    });
    return { rows, stopped };
  } finally {
    await dispatcher.destroy();
  }
}
