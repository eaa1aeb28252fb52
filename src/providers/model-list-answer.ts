// A provider's model list, in whichever of the common shapes it comes, to facts of models. Pure; what cannot
// be used is left out, since the rest of the list can.
import type { ModelFacts } from "../core/catalog.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";

export const MOST_MODELS = 5000;
const LONGEST_ID = 256;

/** `undefined` when it is no list of models at all. */
export function parseModelList(answer: unknown): ModelFacts[] | undefined {
  const rows = Array.isArray(answer) ? answer : isObject(answer) ? (answer["data"] ?? answer["models"]) : [];
  if (!Array.isArray(rows)) return undefined;
  const models = new Map<string, ModelFacts>();
  for (const row of rows) {
    const model = isObject(row) ? parseModel(row) : undefined;
    if (model && models.size < MOST_MODELS && !models.has(model.id)) models.set(model.id, model);
  }
  if (rows.length > 0 && models.size === 0 && !rows.some(isObject)) return undefined;
  return Array.isArray(answer) || isObject(answer) ? [...models.values()] : undefined;
}

function parseModel(row: JsonObject): ModelFacts | undefined {
  const id = idOf(row);
  if (id === undefined || !answersChats(row, id)) return undefined;
  const top = objectAt(row, "top_provider");
  const native = firstNumber(row, ["context_length", "max_context_length", "context_window", ...CONTEXT]);
  const cap = firstNumber(top, ["context_length"]) ?? firstNumber(row, ["loaded_context_length"]);
  const name = firstText(row, ["display_name", "displayName", "name"]);
  const maxTokens =
    firstNumber(row, ["outputTokenLimit", "max_output_tokens", "max_tokens"]) ??
    firstNumber(top, ["max_completion_tokens"]);
  const input = inputOf(row);
  return {
    id,
    ...(name === undefined || name.startsWith("models/") ? {} : { name }),
    ...(input ? { input } : {}),
    ...(native === undefined ? {} : { contextWindow: native }),
    ...(cap === undefined || cap === native ? {} : { contextTokens: cap }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
  };
}

const CONTEXT = ["contextWindow", "max_model_len", "inputTokenLimit", "max_input_tokens"];

/** Google's ids stand in `name`, behind `models/`; Ollama's in `name`, LM Studio's native ones in `key`. */
function idOf(row: JsonObject): string | undefined {
  const text = firstText(row, ["id", "key", "model", "name"])?.replace(/^models\//, "");
  const usable = text !== undefined && text.length <= LONGEST_ID && !/[\s\p{Cc}]/u.test(text);
  return usable ? text : undefined;
}

const OTHER_TYPE = /embed|image|audio|speech|rerank|moderation|transcri/;
/** Lists that name no type hold these among the models for chats. */
const OTHER_NAME =
  /^(text-embedding|embed|whisper|tts-|dall-e|omni-moderation|text-moderation|gpt-image|sora|babbage|davinci)/;

function answersChats(row: JsonObject, id: string): boolean {
  const methods = row["supportedGenerationMethods"];
  if (Array.isArray(methods)) return methods.includes("generateContent");
  const type = firstText(row, ["type", "object"]);
  if (type !== undefined && OTHER_TYPE.test(type)) return false;
  const outputs = objectAt(row, "architecture")["output_modalities"];
  if (Array.isArray(outputs)) return outputs.includes("text");
  return !OTHER_NAME.test(id);
}

/** Only what the list says: absent leaves the question to what is known elsewhere. */
function inputOf(row: JsonObject): readonly string[] | undefined {
  const listed = objectAt(row, "architecture")["input_modalities"] ?? row["input_modalities"];
  const capabilities = row["capabilities"];
  const vision = isObject(capabilities) ? capabilities["vision"] : undefined;
  if (Array.isArray(listed)) return modalities(listed.includes("image"));
  if (typeof vision === "boolean") return modalities(vision);
  return firstText(row, ["type"]) === "vlm" ? modalities(true) : undefined;
}

const modalities = (image: boolean): string[] => (image ? ["text", "image"] : ["text"]);

const objectAt = (row: JsonObject, key: string): JsonObject => {
  const value = row[key];
  return isObject(value) ? value : {};
};

function firstText(row: JsonObject, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = row[key];
    if (typeof value === "string" && value.trim() !== "") return value.trim().slice(0, LONGEST_ID + 1);
  }
  return undefined;
}

const MOST_TOKENS = 1e9;

function firstNumber(row: JsonObject, keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const value = row[key];
    if (Number.isInteger(value) && (value as number) > 0 && (value as number) <= MOST_TOKENS)
      return value as number;
  }
  return undefined;
}
