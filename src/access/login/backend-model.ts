// What a login by a backend's own program changes in openclaw.json: model refs stay the provider's, and
// `agentRuntime.id` says what runs them (OpenClaw docs, "Claude CLI"; "Agent runtimes"). Pure.
import type { Config } from "../../config/config.ts";
import { defaultModelOf, modelNamesOf } from "../../config/model-names.ts";
import { formatModelRef, resolveModelRef } from "../../core/model-ref.ts";
import type { Provider } from "../../providers/provider.ts";
import type { Edit } from "../config-edit.ts";
import { listedKey, primaryEdits } from "../model-choice.ts";
import { recommendedRef } from "./recommended.ts";

export interface BackendChoice {
  /** whose models the backend runs */
  readonly provider: Provider;
  readonly runtime: string;
  /** also when another default model is configured */
  readonly setDefault: boolean;
}

/**
 * Switches the default to the backend, with all models of the provider that are listed. Where another default
 * stays, nothing is switched: a model that is in use must not change what pays for it unasked.
 */
export function backendEdits(config: Config, { provider, runtime, setDefault }: BackendChoice): Edit[] {
  const { primary } = config.defaultModel;
  if (primary !== undefined && !setDefault) return [];
  const current = primary === undefined ? undefined : defaultModelOf(config).resolved.ref;
  const kept = current?.provider === provider.id ? formatModelRef(current) : undefined;
  const ref = kept ?? recommendedRef(provider)!;
  const listed = listedOf(config, provider.id);
  const key = listedKey(config, ref);
  return [
    ...[...listed, ...(key === undefined ? [ref] : [])].flatMap((text) => runBy(config, text, runtime)),
    ...(kept === undefined ? primaryEdits(config, "model", ref) : []),
  ];
}

function runBy(config: Config, key: string, id: string): Edit[] {
  const path = ["agents", "defaults", "models", key, "agentRuntime"];
  const current = config.models.get(key)?.runtime;
  if (current === id) return [];
  return [current === undefined ? { path, value: { id } } : { path: [...path, "id"], value: id }];
}

/** Keys of `agents.defaults.models` that mean models of the provider. */
function listedOf(config: Config, provider: string): string[] {
  const names = modelNamesOf(config);
  return [...config.models.keys()].filter((text) => {
    try {
      return resolveModelRef(text, names).ref.provider === provider;
    } catch {
      return false;
    }
  });
}
