// `onboard` and `configure`: what they share, from the look around to the last line.
import { lint } from "../doctor/doctor.ts";
import type { Talk } from "../access/login/talk.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import { chooseAgent } from "../access/read-view.ts";
import { AccessError } from "../core/errors.ts";
import type { AgentId } from "../core/ids.ts";
import { emptyDraft } from "../onboard/draft.ts";
import type { Draft, RunNote } from "../onboard/draft.ts";
import { finish, unchanged } from "../onboard/finish.ts";
import type { Found } from "../onboard/found.ts";
import { lookAround } from "../onboard/found.ts";
import { gatewayPlan } from "../onboard/gateway-plan.ts";
import type { GatewaySide } from "../onboard/gateway-side.ts";
import type { OnboardRequest } from "../onboard/request.ts";
import { unseenByService, unseenWords, withTokenForService } from "../onboard/service-sight.ts";
import type { OnboardReport } from "../onboard/summary.ts";
import { triedWords } from "../onboard/summary.ts";
import { trySource } from "../onboard/try.ts";
import { chooseUnasked } from "../onboard/unasked.ts";
import type { Section } from "../onboard/wizard.ts";
import { runConfiguring, runOnboarding } from "../onboard/wizard.ts";
import { silentTalk, terminalTalk } from "./ask.ts";
import { untilInterrupted } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { gatewaySide } from "./onboard-gateway.ts";

/** What is known before anybody is asked. */
interface Start {
  readonly request: OnboardRequest;
  readonly deps: CommandDeps;
  readonly agent: AgentId;
  readonly found: Found;
  readonly side: GatewaySide;
  /** what doctor would repair, one sentence each */
  readonly repairs: readonly string[];
}

const LEFT = "Cancelled. Nothing was changed.";

/** @throws AccessError `no_terminal`, `cancelled`, `config_invalid`, `store_unreadable` … */
export async function onboardAsking(
  io: Io,
  deps: CommandDeps,
  request: OnboardRequest,
  asJson: boolean,
): Promise<OnboardReport> {
  const talk = terminalTalk(
    io,
    asJson,
    "onboard asks questions, and needs a terminal. Without one: openclaw onboard --non-interactive --accept-risk, with --auth-choice to say which credential",
  );
  return await onboardTalking(talk, deps, request);
}

/** With the person that `talk` reaches, at a terminal or elsewhere. @throws AccessError as `onboardAsking` */
export async function onboardTalking(
  talk: Talk,
  deps: CommandDeps,
  request: OnboardRequest,
): Promise<OnboardReport> {
  const start = await begin(deps, request);
  await repairFirst(talk, start.repairs);
  const { agent, found, side } = start;
  const draft = await runOnboarding({ deps, talk, found, side, request }, emptyDraft(agent));
  return await carryOut(start, draft, "onboard", request.notes);
}

/** @throws AccessError as `onboardAsking` */
export async function configureAsking(
  io: Io,
  deps: CommandDeps,
  request: OnboardRequest,
  sections: readonly Section[],
  asJson: boolean,
): Promise<OnboardReport> {
  const talk = terminalTalk(
    io,
    asJson,
    "configure asks questions, and needs a terminal. Without one: openclaw config get, set or unset <path>, openclaw config validate, openclaw models auth paste-api-key --provider <id>, openclaw models set <model>",
  );
  const start = await begin(deps, request);
  await repairFirst(talk, start.repairs);
  const { agent, found, side } = start;
  const draft = await runConfiguring({ deps, talk, found, side, request }, emptyDraft(agent), sections);
  return await carryOut(start, draft, "configure", []);
}

/** @throws AccessError `bad_input` when a flag is missing or the credential is refused: nothing is written then */
export async function onboardUnasked(
  io: Io,
  deps: CommandDeps,
  request: OnboardRequest,
): Promise<OnboardReport> {
  const talk = silentTalk(io, "This login asks questions. Run openclaw onboard on a terminal.");
  const start = await begin(deps, request);
  const { agent, found, side, repairs } = start;
  const source = await chooseUnasked({ deps, agent, request, talk }, found);
  const asked: Draft = {
    ...emptyDraft(agent),
    workspace: request.workspace,
    gateway: gatewayPlan(request, side),
    seal: request.seal,
    service: request.service ?? false,
  };
  const bare = withTokenForService(asked, side);
  mustBeSeen(start, { ...bare, sources: source ? [{ source }] : [] });
  if (!source)
    return await carryOut(start, bare, "onboard", [...request.notes, ...found.warnings, ...repairs]);
  const tried = request.test
    ? await talk.wait((signal) => trySource(deps, bare, source, { timeoutMs: request.testTimeoutMs, signal }))
    : undefined;
  io.say(`${source.label}: ${triedWords(tried)}`);
  if (tried?.status === "refused")
    throw new AccessError(
      "upstream_failed",
      `${source.label} was refused: ${tried.why.replace(/[.\s]+$/, "")}. Nothing was written. To store it all the same: --skip-health`,
    );
  const primary = found.defaultModel === undefined ? source.ref : undefined;
  const notes = tried?.status === "unclear" ? [`The test was not clear: ${tried.why}`] : [];
  return await carryOut(start, { ...bare, sources: [{ source, tried }], primary }, "onboard", [
    ...request.notes,
    ...found.warnings,
    ...repairs,
    ...notes,
  ]);
}

/** @throws AccessError `bad_input` when a service was asked for that could not do its work */
function mustBeSeen({ deps, side }: Start, draft: Draft): void {
  const unseen = draft.service ? unseenByService(draft, deps.config().gateway, side.seenByService) : [];
  if (unseen.length === 0) return;
  throw new AccessError("bad_input", `${unseenWords(unseen, deps.paths().dotenvPath)} Nothing was written.`);
}

async function begin(deps: CommandDeps, request: OnboardRequest): Promise<Start> {
  const { agent, side } = usable(deps, request.agent);
  const [found, repairs] = await untilInterrupted(
    () => Promise.all([lookAround(deps, agent), wantedRepairs(deps)]),
    LEFT,
  );
  const [fault] = found.unreadable;
  if (fault !== undefined)
    throw new AccessError("store_unreadable", `${fault} Nothing was changed. See: openclaw doctor`);
  return { request, deps, agent, found, side, repairs };
}

/** A config that cannot be read is doctor's: whoever writes over it loses what it says. */
function usable(deps: CommandDeps, named: string | undefined): Pick<Start, "agent" | "side"> {
  try {
    return { agent: chooseAgent(deps.config(), named), side: gatewaySide(deps, process.env) };
  } catch (error) {
    if (!(error instanceof AccessError) || error.code !== "config_invalid") throw error;
    const remedy = "Nothing was changed. Mend it first: openclaw doctor";
    throw new AccessError(error.code, `${error.message} ${remedy}`, { cause: error });
  }
}

const FORMER = /^core\/doctor\/(legacy-|openai-codex|auth-file|aws-sdk|stores)/;

/** Files and ids of former versions, which hold credentials that are not seen here. */
async function wantedRepairs(deps: CommandDeps): Promise<string[]> {
  const { findings } = await lint(deps);
  return findings
    .filter(({ checkId }) => FORMER.test(checkId))
    .map(({ message }) => `${message} Repair it: openclaw doctor --fix`);
}

async function repairFirst(talk: Talk, repairs: readonly string[]): Promise<void> {
  if (repairs.length === 0) return;
  talk.notify(repairs.join("\n"));
  const goOn = await talk.choose("There is something to repair first.", [
    { value: false, label: "Leave, and run: openclaw doctor --fix" },
    { value: true, label: "Go on without it" },
  ]);
  if (!goOn) throw new AccessError("cancelled", `${LEFT} Now run: openclaw doctor --fix`);
}

async function carryOut(
  { deps, side, agent, request }: Start,
  draft: Draft | undefined,
  command: RunNote["command"],
  notes: readonly string[],
): Promise<OnboardReport> {
  if (!draft) return unchanged(deps, side, emptyDraft(agent), notes);
  const at = new Date(deps.now()).toISOString();
  const note: RunNote = {
    at,
    version: deps.version,
    command,
    ...(command === "onboard" ? { accepted: true } : {}),
  };
  return await finish(deps, side, {
    draft,
    note,
    sealKey: {},
    answerMs: request.test ? request.testTimeoutMs : 0,
    notes,
  });
}
