// OpenRouter's catalog, `GET <base>/models`, as candidates for a scan. Pure; a row that cannot be used is left out.
import { isObject } from "../core/json.ts";
import type { JsonObject } from "../core/json.ts";
import type { ScanModel } from "../core/scan.ts";
import { inferredParams } from "../core/scan.ts";

/** What a call must know beyond what is reported. */
export interface OpenRouterModel extends ScanModel {
  /** `undefined` when the catalog does not say */
  readonly parameters: readonly string[] | undefined;
}

/** `undefined` when it is no catalog. */
export function parseOpenRouterModels(answer: unknown): OpenRouterModel[] | undefined {
  const rows = isObject(answer) ? answer["data"] : undefined;
  if (!Array.isArray(rows)) return undefined;
  const models = new Map<string, OpenRouterModel>();
  for (const row of rows) {
    const model = isObject(row) ? parseModel(row) : undefined;
    if (model && !models.has(model.id)) models.set(model.id, model);
  }
  return [...models.values()];
}

const ID = /^[\w.~@:-]+(\/[\w.~@:-]+)+$/;

function parseModel(row: JsonObject): OpenRouterModel | undefined {
  const id = textOf(row["id"]);
  if (id === null || id.length > 256 || !ID.test(id)) return undefined;
  const name = textOf(row["name"])?.replace(/\p{Cc}+/gu, " ") ?? id;
  const top = objectOf(row["top_provider"]);
  const modality = modalityOf(row);
  const parameters = textsOf(row["supported_parameters"]);
  const pricing = pricingOf(row["pricing"]);
  return {
    id,
    name,
    provider: "openrouter",
    modelRef: `openrouter/${id}`,
    contextLength: positive(row["context_length"]) ?? positive(top["context_length"]),
    maxCompletionTokens: positive(top["max_completion_tokens"]) ?? positive(row["max_completion_tokens"]),
    supportedParametersCount: parameters?.length ?? 0,
    supportsToolsMeta: parameters?.includes("tools") ?? false,
    supportsImagesMeta: takesImages(row, modality),
    modality,
    inferredParamB: inferredParams(id) ?? inferredParams(name),
    createdAtMs: millisecondsOf(row["created"]) ?? millisecondsOf(row["created_at"]),
    pricing,
    isFree: id.endsWith(":free") || (pricing?.["prompt"] === 0 && pricing["completion"] === 0),
    parameters,
  };
}

const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

const textOf = (value: unknown): string | null =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : null;

const textsOf = (value: unknown): string[] | undefined =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : undefined;

const positive = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? value : null;

/** Seconds, as OpenRouter gives them, or ms already. */
function millisecondsOf(value: unknown): number | null {
  const time = positive(value);
  return time === null || time >= 1e12 ? time : time * 1000;
}

const modalityOf = (row: JsonObject): string | null =>
  textOf(objectOf(row["architecture"])["modality"]) ?? textOf(row["modality"]);

function takesImages(row: JsonObject, modality: string | null): boolean {
  const listed = textsOf(objectOf(row["architecture"])["input_modalities"]);
  return listed?.includes("image") ?? /image/.test(modality?.split("->")[0] ?? "");
}

/** US dollars per token; their names in our spelling. */
const PRICES = {
  prompt: "prompt",
  completion: "completion",
  request: "request",
  image: "image",
  web_search: "webSearch",
  internal_reasoning: "internalReasoning",
} as const;

function pricingOf(value: unknown): Record<string, number> | null {
  if (!isObject(value)) return null;
  const pairs = Object.entries(PRICES).flatMap(([key, name]) => {
    const price = value[key];
    const amount = typeof price === "string" && price.trim() !== "" ? Number(price) : price;
    return typeof amount === "number" && Number.isFinite(amount) ? [[name, amount] as const] : [];
  });
  return Object.fromEntries(pairs);
}
