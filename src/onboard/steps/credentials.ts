// Where models are to come from: one proposal after another, each tried by one real call before it counts.
import type { Target } from "../../access/login/choose.ts";
import { loginNamed, loginProvider } from "../../access/login/choose.ts";
import { AccessError } from "../../core/errors.ts";
import { loginsOf } from "../../providers/logins.ts";
import type { Provider } from "../../providers/provider.ts";
import type { AuthChoice } from "../auth-choice.ts";
import { parseAuthChoice } from "../auth-choice.ts";
import type { Draft } from "../draft.ts";
import type { Proposal } from "../propose.ts";
import type { Source, Tried } from "../source.ts";
import { fromVariable } from "../sources.ts";
import { triedWords } from "../summary.ts";
import { trySource } from "../try.ts";
import { givenKey } from "../unasked-key.ts";
import { chooseUnasked } from "../unasked.ts";
import { choices, questionOf } from "./credential-choices.ts";
import { askCustom } from "./custom.ts";
import { healthStep } from "./health.ts";
import { anyLogin, askKeyTarget, loginSource, pasteSource, serverSource } from "./obtain.ts";
import type { Step, Wizard } from "./step.ts";

/** Until the person has enough. */
export const credentialsStep: Step = async (wizard, before) => {
  let draft = before;
  for (;;) {
    const answer = await wizard.talk.choose(questionOf(draft), choices(wizard, draft));
    if (answer === "stored") return wizard.request.test ? await healthStep(wizard, draft) : draft;
    if (answer === "done") return draft;
    const added = await addSource(wizard, draft, () => sourceOf(wizard, answer));
    if (!added) continue;
    draft = added;
    if (!(await wizard.talk.confirm("Add another credential? Its model can be a fallback.", false)))
      return draft;
  }
};

/** The one that `--auth-choice` names; when it comes to nothing, any. */
export const namedStep: Step = async (wizard, draft) => {
  const { deps, request, talk, found } = wizard;
  const choice = parseAuthChoice(request.authChoice!);
  if (choice.kind === "skip") return draft;
  const named = choice.kind === "login" ? askedLogin(wizard, choice) : undefined;
  const source = () =>
    named ? loginSource(wizard, named) : chooseUnasked({ deps, agent: draft.agent, request, talk }, found);
  return (await addSource(wizard, draft, source)) ?? (await credentialsStep(wizard, draft));
};

/** @returns nothing for a key that is there: nobody needs to be asked for it */
function askedLogin(
  { deps, request }: Wizard,
  choice: AuthChoice & { readonly kind: "login" },
): Target | undefined {
  const provider = loginProvider(deps.config(), choice.provider, deps.accessConfig().oauth);
  const login = loginNamed(provider, choice.method);
  if (givenKey(request, provider) !== undefined) return undefined;
  if (login.kind === "api_key" && hasKey(deps.env(), provider)) return undefined;
  return { provider, logins: loginsOf(provider), login };
}

const hasKey = (env: Readonly<Record<string, string | undefined>>, { env: names }: Provider): boolean =>
  names.some((name) => env[name]?.trim());

/** @returns nothing when it is left out */
async function addSource(
  wizard: Wizard,
  draft: Draft,
  obtain: () => Promise<Source | undefined>,
): Promise<Draft | undefined> {
  const { talk, request } = wizard;
  const source = await toldFault(wizard, obtain);
  if (!source) return undefined;
  if (!request.test) return { ...draft, sources: [...draft.sources, { source }] };
  const tried = await talk.wait((signal) =>
    trySource(wizard.deps, draft, source, { timeoutMs: request.testTimeoutMs, signal }),
  );
  talk.notify(`${source.label}: ${triedWords(tried)}`);
  if (!(await isKept(wizard, tried))) return undefined;
  return { ...draft, sources: [...draft.sources, { source, tried }] };
}

async function isKept({ talk }: Wizard, { status }: Tried): Promise<boolean> {
  if (status === "ok" || status === "untried") return true;
  return await talk.choose("What becomes of it?", [
    { value: false, label: "Leave it out, and choose again" },
    { value: true, label: "Keep it all the same" },
  ]);
}

/** A login that fails is no end of the wizard. */
async function toldFault(
  { talk }: Wizard,
  obtain: () => Promise<Source | undefined>,
): Promise<Source | undefined> {
  try {
    return await obtain();
  } catch (error) {
    if (!(error instanceof AccessError) || error.code === "cancelled" || error.code === "internal")
      throw error;
    talk.notify(`That did not work: ${error.message}`);
    return undefined;
  }
}

async function sourceOf(wizard: Wizard, answer: Proposal | "custom"): Promise<Source | undefined> {
  if (answer === "custom") return await askCustom(wizard.talk);
  switch (answer.kind) {
    case "program":
      // Asked once more, now that the person hears what is said about it.
      return await loginSource(wizard, answer.found.target);
    case "key":
      return await fromVariable(
        answer.found,
        wizard.request.keyMode,
        await askKeyTarget(wizard, answer.found.provider),
      );
    case "server":
      return await serverSource(wizard, answer.found.provider, answer.found.models);
    case "paste":
      return await pasteSource(wizard);
    case "login":
      return await anyLogin(wizard);
  }
}
