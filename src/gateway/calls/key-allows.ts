// Which models and agents a client key may use.
import type { IncomingMessage } from "node:http";
import type { Config } from "../../config/config.ts";
import { modelNamesOf } from "../../config/model-names.ts";
import { allowed } from "../../core/client-key.ts";
import type { Caller } from "../guard/caller.ts";
import { Refused } from "../refused.ts";
import type { Target } from "./target.ts";

/**
 * The target as far as the caller may use it: fallbacks that it may not use are left out.
 *
 * @throws Refused 403
 */
export function permitted(target: Target, caller: Caller, config: Config, request: IncomingMessage): Target {
  const patterns = patternsOf(caller);
  if (patterns === undefined) return target;
  const left = targetsFor(patterns, config)(target, request.headers["x-openclaw-model"] !== undefined);
  if (left) return left;
  throw new Refused({
    status: 403,
    type: "permission_error",
    message: `This client key may not use that model or agent. It may use: ${patterns.join(", ")}.`,
    final: true,
  });
}

/** `undefined`: everything. */
export const patternsOf = (caller: Caller): readonly string[] | undefined =>
  caller.kind === "key" ? caller.live.key.models : undefined;

/** What is left of targets for these patterns; `undefined` for those that they do not let pass. */
export function targetsFor(
  patterns: readonly string[],
  config: Config,
): (target: Target, modelNamed: boolean) => Target | undefined {
  const { aliases } = modelNamesOf(config);
  const standard = config.agents.find(({ isDefault }) => isDefault) ?? config.agents[0]!;
  return (target, modelNamed) => {
    const asAgent = target.path === "agent";
    // An agent's own models go with the agent.
    const named = !asAgent || modelNamed;
    const { agent, models } = target;
    const wanted = { asAgent, agent, isDefaultAgent: agent === standard.id, models: named ? models : [] };
    const left = allowed(patterns, wanted, (name) => aliases.get(name));
    return left && (named ? { ...target, models: left.models } : target);
  };
}
