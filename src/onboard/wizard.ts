// The wizard: steps that can be left and taken again, then the plan, which the person agrees to or not.
import type { Choice } from "../access/login/talk.ts";
import { readDocument } from "../config/document.ts";
import { AccessError } from "../core/errors.ts";
import type { Draft } from "./draft.ts";
import type { Found } from "./found.ts";
import { withTokenForService } from "./service-sight.ts";
import { credentialsStep, namedStep } from "./steps/credentials.ts";
import { gatewayStep, sealStep, serviceStep, usualGateway, workspaceStep } from "./steps/gateway.ts";
import { healthStep } from "./steps/health.ts";
import { modelsStep, onlyModelStep } from "./steps/models.ts";
import type { Step, Wizard } from "./steps/step.ts";
import { planLines } from "./summary.ts";

export type Section = "model" | "gateway" | "daemon" | "workspace" | "sealing" | "health";

const SECTIONS: Readonly<Record<Section, readonly Step[]>> = {
  model: [credentialsStep, modelsStep],
  gateway: [gatewayStep],
  daemon: [serviceStep],
  workspace: [workspaceStep],
  sealing: [sealStep],
  health: [healthStep],
};

const LABELS: Readonly<Record<Section, string>> = {
  model: "Credentials and models",
  gateway: "The gateway's address",
  daemon: "The gateway as a service",
  workspace: "The workspace of the agents",
  sealing: "Sealed storage",
  health: "Try what is stored",
};

/**
 * A first run: everything in its order, then the plan.
 *
 * @returns the draft that was agreed to; nothing when there is nothing to do
 * @throws AccessError `cancelled`
 */
export async function runOnboarding(wizard: Wizard, empty: Draft): Promise<Draft | undefined> {
  wizard.talk.notify(foundWords(wizard.found));
  const { request } = wizard;
  const steps: readonly Step[] = [
    request.authChoice === undefined ? credentialsStep : namedStep,
    ...(request.advanced ? [modelsStep, workspaceStep, gatewayStep] : [onlyModelStep, usualGateway]),
    ...(request.advanced || request.seal ? [sealStep] : []),
    serviceStep,
  ];
  return await review(wizard, await inTurn(wizard, steps, { ...empty, workspace: request.workspace }));
}

/** Later changes: the named sections, or those that the person picks. @throws AccessError `cancelled` */
export async function runConfiguring(
  wizard: Wizard,
  empty: Draft,
  sections: readonly Section[],
): Promise<Draft | undefined> {
  const picked: readonly Section[] =
    sections.length > 0
      ? sections
      : await wizard.talk.chooseMany("What is to be changed? (space chooses)", sectionChoices(wizard), [
          "model",
        ]);
  const steps = picked.flatMap((section) => SECTIONS[section]);
  return await review(wizard, await inTurn(wizard, steps, empty));
}

async function inTurn(wizard: Wizard, steps: readonly Step[], first: Draft): Promise<Draft> {
  let draft = first;
  for (const step of steps) draft = await step(wizard, draft);
  return draft;
}

/** The plan, until it is agreed to, or left. */
async function review(wizard: Wizard, first: Draft): Promise<Draft | undefined> {
  const { talk, deps, side } = wizard;
  let draft = first;
  for (;;) {
    draft = withTokenForService(draft, side);
    const config = deps.config();
    const lines = planLines(config, readDocument(config.path), draft);
    if (lines.length === 0) return undefined;
    talk.notify(
      ["", "This is the plan. Nothing is written yet.", ...lines.map((line) => `  ${line}`)].join("\n"),
    );
    const answer = await talk.choose<Section | "write" | "drop" | "leave">("Do this?", [
      { value: "write", label: "Yes, write it" },
      ...sectionChoices(wizard).map(({ value, label }) => ({ value, label: `Change: ${label}` })),
      ...(draft.sources.length > 0 ? [DROP] : []),
      { value: "leave", label: "Leave, and change nothing" },
    ]);
    if (answer === "write") return draft;
    if (answer === "leave") throw new AccessError("cancelled", "Cancelled. Nothing was changed.");
    if (answer === "drop") draft = await inTurn(wizard, [modelsStep], await withoutOne(wizard, draft));
    else draft = await inTurn(wizard, SECTIONS[answer], draft);
  }
}

const DROP = { value: "drop", label: "Take a credential out again" } as const;

/** Whether there is a service is not chosen where it was said before, or where nothing would run it. */
const sectionChoices = ({ request, side }: Wizard): Choice<Section>[] =>
  (Object.keys(LABELS) as Section[])
    .filter((value) => value !== "daemon" || (request.service === undefined && side.manager !== undefined))
    .map((value) => ({ value, label: LABELS[value] }));

async function withoutOne({ talk }: Wizard, draft: Draft): Promise<Draft> {
  const out = await talk.choose(
    "Which one?",
    draft.sources.map((value) => ({ value, label: value.source.label })),
  );
  return {
    ...draft,
    sources: draft.sources.filter((each) => each !== out),
    primary: undefined,
    fallbacks: undefined,
  };
}

/** What the machine has, in a line each. */
export function foundWords({ host, keys, programs, servers, stored, warnings }: Found): string {
  const lines = [
    ...programs.map(({ target }) => target.login.label),
    ...keys.map(({ provider, variable }) => `${variable} (${provider.label})`),
    ...servers.map(({ provider, url, models }) => `${provider.label} at ${url}, ${models.length} models`),
    ...(stored.length > 0 ? [`Stored: ${stored.map(({ id }) => id).join(", ")}`] : []),
  ];
  const head = `Looked around (${host === "laptop" ? "you sit at it" : "a host without a screen of yours"}):`;
  const found = lines.length > 0 ? lines : ["no credential, and no model server"];
  return [head, ...found.map((line) => `  ${line}`), ...warnings.map((line) => `Warning: ${line}`)].join(
    "\n",
  );
}
