// The shape of a step of the wizard: it asks, and gives back the draft with what was said. Nothing is written.
import type { Talk } from "../../access/login/talk.ts";
import type { CommandDeps } from "../../access/open-deps.ts";
import type { Draft } from "../draft.ts";
import type { Found } from "../found.ts";
import type { GatewaySide } from "../gateway-side.ts";
import type { OnboardRequest } from "../request.ts";

export interface Wizard {
  readonly deps: CommandDeps;
  readonly talk: Talk;
  readonly found: Found;
  readonly side: GatewaySide;
  readonly request: OnboardRequest;
}

/** @throws AccessError `cancelled` when the person leaves */
export type Step = (wizard: Wizard, draft: Draft) => Promise<Draft>;
