// Servers of models that flags name, without a question.
import { askForModels, listAddress } from "../access/model-question.ts";
import { openForAgent } from "../access/model-list.ts";
import { AccessError } from "../core/errors.ts";
import type { ProviderId } from "../core/ids.ts";
import { findProvider } from "../providers/all.ts";
import type { Provider } from "../providers/provider.ts";
import { fromCustom, fromServer } from "./servers.ts";
import type { Source } from "./source.ts";
import type { Unasked } from "./unasked.ts";

export function customNamed({ deps, request }: Unasked): Source {
  const { baseUrl, model, compatibility, id, key, images } = request.custom;
  if (baseUrl === undefined || model === undefined)
    throw new AccessError(
      "bad_input",
      "--auth-choice custom-api-key needs --custom-base-url and --custom-model-id.",
    );
  const server = { baseUrl, model, compatibility, id, images };
  const set = deps.env()["CUSTOM_API_KEY"]?.trim();
  if (request.keyMode === "ref") {
    if (key !== undefined && !set)
      throw new AccessError(
        "bad_input",
        "--secret-input-mode ref refers to CUSTOM_API_KEY, which is not set.",
      );
    const ref = { source: "env", provider: "default", id: "CUSTOM_API_KEY" } as const;
    return fromCustom({ ...server, key: set ? { ref } : undefined });
  }
  const value = key ?? set;
  return fromCustom({ ...server, key: value ? { value } : undefined });
}

const PATIENCE_MS = 5000;

/** @param choice of the flag that names it: ollama, vllm … */
export async function serverNamed(context: Unasked, choice: ProviderId): Promise<Source> {
  const provider = findProvider(choice)!;
  const { custom, keys } = context.request;
  const at = {
    baseUrl: custom.baseUrl,
    key: custom.key ?? keys.get(choice)?.value,
  };
  return fromServer(provider, custom.model ?? (await firstModel(context, provider)), at);
}

async function firstModel({ deps, agent, request }: Unasked, provider: Provider): Promise<string> {
  const { baseUrl } = request.custom;
  const { asker } = await openForAgent(deps, agent, undefined, "facts");
  const address = listAddress(asker.config, provider.id)!;
  const url =
    baseUrl === undefined ? address.url : address.url.replace(provider.baseUrl!, baseUrl.replace(/\/+$/, ""));
  const answer = await askForModels(asker, provider.id, { ...address, url }, PATIENCE_MS);
  if ("models" in answer && answer.models[0]) return answer.models[0].id;
  const why = "models" in answer ? "has no model yet" : answer.failed;
  throw new AccessError(
    "bad_input",
    `${provider.label} at ${url} ${why}. Start it, or say --custom-base-url and --custom-model-id.`,
  );
}
