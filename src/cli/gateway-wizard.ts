// `onboard` for a person at a page of the gateway: the same questions, by the same steps.
import type { Talk } from "../access/login/talk.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import type { SetupAsked } from "../gateway/control-plane/control-door.ts";
import type { OnboardReport } from "../onboard/summary.ts";
import { onboardTalking } from "./onboard.ts";
import { usualRequest } from "./onboard-flags.ts";

/** @throws AccessError `cancelled`, `config_invalid`, `store_unreadable` … */
export async function onboardElsewhere(
  deps: CommandDeps,
  talk: Talk,
  { agent, workspace, advanced }: SetupAsked,
): Promise<OnboardReport> {
  // It runs already: as what, is not asked through itself.
  return await onboardTalking(talk, deps, { ...usualRequest(agent), workspace, advanced, service: false });
}
