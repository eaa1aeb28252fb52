// Whose login a model's turns need: the provider's own, or that of the backend which runs them.
import type { Config } from "../config/config.ts";
import { runtimeOf } from "../config/model-runtime.ts";
import type { ProviderId } from "../core/ids.ts";
import type { ModelRef } from "../core/model-ref.ts";
import { findProvider } from "../providers/all.ts";

export function authProviderOf(config: Config, ref: ModelRef): ProviderId {
  const runtime = runtimeOf(config, ref);
  return runtime !== undefined && findProvider(runtime)?.backendOf === ref.provider ? runtime : ref.provider;
}
