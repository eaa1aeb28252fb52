// What runs a model's turns: the provider's own wire, or a backend such as `claude-cli`, which brings the login
// (OpenClaw docs, "Agent runtimes"). The exact entry of `agents.defaults.models` before `provider/*`.
import type { ModelRef } from "../core/model-ref.ts";
import { formatModelRef, resolveModelRef } from "../core/model-ref.ts";
import type { Config, ListedModel } from "./config.ts";
import { modelNamesOf } from "./model-names.ts";

/** `agentRuntime.id`; `undefined` when the config says nothing of it. */
export function runtimeOf(config: Config, ref: ModelRef): string | undefined {
  return listedAs(config, ref)?.runtime ?? config.models.get(`${ref.provider}/*`)?.runtime;
}

function listedAs(config: Config, ref: ModelRef): ListedModel | undefined {
  const wanted = formatModelRef(ref);
  const direct = config.models.get(wanted);
  if (direct) return direct;
  const names = modelNamesOf(config);
  for (const [text, listed] of config.models) {
    if (listed.runtime === undefined || text.endsWith("/*")) continue;
    try {
      if (formatModelRef(resolveModelRef(text, names).ref) === wanted) return listed;
    } catch {
      // Status names the broken entry.
    }
  }
  return undefined;
}
