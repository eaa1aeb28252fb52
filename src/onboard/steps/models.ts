// Which model answers when none is named, and which ones take over when it cannot.
import type { Choice } from "../../access/login/talk.ts";
import { modelNamesOf } from "../../config/model-names.ts";
import { messageOf } from "../../core/errors.ts";
import { formatModelRef, resolveModelRef } from "../../core/model-ref.ts";
import type { Draft } from "../draft.ts";
import type { Step, Wizard } from "./step.ts";

const OTHER = Symbol("other");

export const modelsStep: Step = async (wizard, draft) => {
  const brought = [...new Set(draft.sources.flatMap(({ source }) => source.ref ?? []))];
  const current = wizard.found.defaultModel;
  if (brought.length === 0 && current === undefined) return draft;
  const primary = await askPrimary(wizard, brought, current);
  const fallbacks = await askFallbacks(wizard, draft, primary, brought);
  return {
    ...draft,
    primary: primary === current && !bringsRuntime(draft, primary) ? undefined : primary,
    fallbacks,
  };
};

/** The same where one model is all there is to choose from: the plan shows it, and it can be changed there. */
export const onlyModelStep: Step = async (wizard, draft) => {
  const brought = [...new Set(draft.sources.flatMap(({ source }) => source.ref ?? []))];
  const current = wizard.found.defaultModel;
  if (new Set([...brought, current].filter((ref) => ref !== undefined)).size > 1)
    return await modelsStep(wizard, draft);
  const [ref] = brought;
  const isNew = ref !== undefined && (ref !== current || bringsRuntime(draft, ref));
  return isNew ? { ...draft, primary: ref } : draft;
};

/** The same name, run by another program: that is a change as well. */
const bringsRuntime = ({ sources }: Draft, ref: string): boolean =>
  sources.some(({ source }) => source.ref === ref && source.runtime !== undefined);

async function askPrimary({ talk, deps }: Wizard, brought: readonly string[], current: string | undefined) {
  const refs = [...new Set([...(current === undefined ? [] : [current]), ...brought])];
  const answer = await talk.choose<string | typeof OTHER>("Default model", [
    ...refs.map((ref): Choice<string> => ({
      value: ref,
      label: ref,
      ...(ref === current ? { hint: "as it is" } : {}),
    })),
    { value: OTHER, label: "Another model", hint: "type provider/model" },
  ]);
  if (answer !== OTHER) return answer;
  const names = modelNamesOf(deps.config());
  const typed = await talk.text("Model", refs[0] ?? "", (text) => {
    try {
      resolveModelRef(text, names);
      return text.includes("/") ? undefined : "As provider/model";
    } catch (error) {
      return messageOf(error);
    }
  });
  return formatModelRef(resolveModelRef(typed, names).ref);
}

async function askFallbacks(
  { talk, deps }: Wizard,
  { fallbacks: before }: Draft,
  primary: string,
  brought: readonly string[],
): Promise<readonly string[] | undefined> {
  const present = before ?? deps.config().defaultModel.fallbacks ?? [];
  const offered = [...new Set([...present, ...brought])].filter((ref) => ref !== primary);
  if (offered.length === 0) return before;
  return await talk.chooseMany(
    "Fallbacks, when it cannot answer (space chooses)",
    offered.map((value) => ({ value, label: value })),
    offered,
  );
}
