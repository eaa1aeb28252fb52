// The models that a conversation may ask, and a choice of them that cannot be kept.
import type { LiveAgent } from "../../access/live-agent.ts";
import { defaultModelOf } from "../../config/model-names.ts";
import { AccessError } from "../../core/errors.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import { sameModelRef } from "../../core/model-ref.ts";
import type { Gateway } from "../gateway.ts";

/** The model of an agent, then its fallbacks. @throws AccessError `unknown_agent`, `config_invalid` */
export function defaultsOf(gateway: Gateway, agent: string): readonly ModelRef[] {
  const { resolved, fallbacks } = defaultModelOf(gateway.config(), agent);
  return [resolved.ref, ...fallbacks.filter((ref) => !sameModelRef(ref, resolved.ref))];
}

export const hasProfile = ({ view }: LiveAgent, id: string): boolean =>
  view.snapshot.profiles.some((profile) => profile.id === id);

/** A person's choice that is gone is told, and nothing else takes its place in silence. */
export function refuseLostPin(pin: string | undefined, live: LiveAgent): void {
  if (pin === undefined || hasProfile(live, pin)) return;
  throw new AccessError(
    "unknown_profile",
    `This conversation is pinned to the profile ${pin}, which does not exist any more. Choose another with /model <ref>@<profile>, or send /model default.`,
  );
}
