// `models list`: the models that are chosen, allowed or offered by configured providers (fidelity spec §6.5).
import type { Config } from "../config/config.ts";
import { defaultModelOf, modelNamesOf } from "../config/model-names.ts";
import type { ProviderId } from "../core/ids.ts";
import type { ModelRef } from "../core/model-ref.ts";
import { formatModelRef, resolveModelRef } from "../core/model-ref.ts";
import type { Deps } from "./deps.ts";
import { routeTo } from "./provider-route.ts";
import { defaultAgent, readView } from "./read-view.ts";
import type { Usable } from "./status-health.ts";
import { usableWithoutBars } from "./status-health.ts";

export interface ModelRow {
  /** `provider/model` */
  readonly key: string;
  readonly name: string;
  readonly input: "text" | "text+image";
  /** tokens; null when nobody knows */
  readonly contextWindow: number | null;
  /** cap that applies now, where it differs */
  readonly contextTokens?: number;
  /** served from this machine or network */
  readonly local: boolean;
  /** its provider has a credential, or wants none */
  readonly available: boolean;
  readonly tags: readonly string[];
  /** its provider lists models, but not this one */
  readonly missing: boolean;
}

export interface ModelListReport {
  readonly count: number;
  readonly models: readonly ModelRow[];
  readonly warnings?: readonly string[];
}

export interface ModelListRequest {
  readonly provider?: ProviderId | undefined;
  readonly localOnly: boolean;
  /** also what the allowlist leaves out */
  readonly all: boolean;
}

/** @throws AccessError `config_invalid` */
export async function listModels(deps: Deps, request: ModelListRequest): Promise<ModelListReport> {
  const config = deps.config();
  const view = await readView(deps, defaultAgent(config));
  const usable = usableWithoutBars(view);
  const rows = taggedModels(config, request.all)
    .map(({ ref, tags }) => modelRow(ref, [...tags], config, usable))
    .filter((row) => request.provider === undefined || row.key.startsWith(`${request.provider}/`))
    .filter((row) => !request.localOnly || row.local);
  const warnings = [...view.unreadable, ...view.warnings];
  return { count: rows.length, models: rows, ...(warnings.length > 0 ? { warnings } : {}) };
}

interface Tagged {
  readonly ref: ModelRef;
  readonly tags: Set<string>;
}

/** Default, fallbacks, image models, configured ones; then what providers of the config offer. */
function taggedModels(config: Config, all: boolean): Tagged[] {
  const found = new Map<string, Tagged>();
  const tag = (ref: ModelRef, ...tags: string[]) => {
    const key = formatModelRef(ref);
    const entry = found.get(key) ?? { ref, tags: new Set() };
    found.set(key, entry);
    for (const name of tags) entry.tags.add(name);
  };
  const tagText = (text: string, ...tags: string[]) => {
    const ref = parsed(text, config);
    if (ref) tag(ref, ...tags);
  };
  const { defaultModel, imageModel } = config;
  tag(defaultModelOf(config).resolved.ref, "default");
  for (const [index, text] of (defaultModel.fallbacks ?? []).entries())
    tagText(text, `fallback#${index + 1}`);
  if (imageModel.primary !== undefined) tagText(imageModel.primary, "image");
  for (const [index, text] of (imageModel.fallbacks ?? []).entries())
    tagText(text, `img-fallback#${index + 1}`);
  for (const [text, { alias }] of config.models)
    if (!text.endsWith("/*")) tagText(text, "configured", ...(alias === undefined ? [] : [`alias:${alias}`]));
  if (all || config.models.size === 0)
    for (const provider of config.providers.values())
      for (const { id } of provider.models) tag({ provider: provider.id, model: id });
  return [...found.values()];
}

/** A broken reference in the config is reported by status; it is no model to list. */
function parsed(text: string, config: Config): ModelRef | undefined {
  try {
    return resolveModelRef(text, modelNamesOf(config)).ref;
  } catch {
    return undefined;
  }
}

function modelRow(ref: ModelRef, tags: readonly string[], config: Config, usable: Usable): ModelRow {
  const listed = config.providers.get(ref.provider)?.models ?? [];
  const model = listed.find(({ id }) => id === ref.model);
  const local = routeTo(config, ref.provider)?.local ?? false;
  const cap = model?.contextTokens;
  return {
    key: formatModelRef(ref),
    name: model?.name ?? ref.model,
    input: model?.input?.includes("image") ? "text+image" : "text",
    contextWindow: model?.contextWindow ?? null,
    ...(cap === undefined || cap === model?.contextWindow ? {} : { contextTokens: cap }),
    local,
    available: local || usable.of(ref.provider).length > 0,
    tags,
    missing: listed.length > 0 && model === undefined,
  };
}
