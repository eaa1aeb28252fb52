// A thinking level is for models that reason: others would refuse the call.
import type { Config } from "../../config/config.ts";
import { AccessError } from "../../core/errors.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import { formatModelRef } from "../../core/model-ref.ts";
import type { Thinking } from "../../core/thinking.ts";
import { builtInModels } from "../../providers/catalog.ts";

/** `undefined` when nothing is known of it. */
export function reasons({ providers }: Config, { provider, model }: ModelRef): boolean | undefined {
  const own = providers.get(provider)?.models.find(({ id }) => id === model)?.reasoning;
  return typeof own === "boolean" ? own : builtInModels(provider).find(({ id }) => id === model)?.reasoning;
}

/** @throws AccessError `bad_input` */
export function refuseThinking(level: Thinking | undefined, config: Config, ref: ModelRef): void {
  if (level === undefined || level === "off" || reasons(config, ref) !== false) return;
  throw new AccessError(
    "bad_input",
    `${formatModelRef(ref)} does not reason: its thinkingLevel can be off alone. Choose another model, or mark it with "reasoning": true in openclaw.json.`,
  );
}
