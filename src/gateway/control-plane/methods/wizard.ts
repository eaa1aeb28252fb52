// The onboarding wizard for a page (OpenClaw docs, "Gateway wizard RPC"): `openclaw onboard`, step by step. One at a
// time; it belongs to the connection that began it, and nothing is written before the person agrees to the plan.
import * as v from "valibot";
import { AccessError } from "../../../core/errors.ts";
import { answerValue, version } from "../answers.ts";
import type { Dialog, DialogState } from "../dialog.ts";
import type { Call } from "../method.ts";
import { fresh, method } from "../method.ts";
import { notedTalk } from "../noted-talk.ts";
import { agentId, folder, name } from "../params.ts";

const session = v.strictObject({ sessionId: name });

const start = v.strictObject({
  mode: v.optional(v.picklist(["local", "remote"])),
  flow: v.optional(v.picklist(["quickstart", "advanced", "manual"])),
  workspace: v.optional(folder),
  agentId,
});

export const wizardMethods = {
  /** Answers with the first step. */
  "wizard.start": method("operator.admin", start, async (call, asked) => {
    const { gateway, peer, left, tell, plane } = call;
    const dialog = plane.dialogs.start({
      connId: peer.connId,
      kind: "setup",
      left,
      onChange: (state) => tell("wizard.changed", shown(state)),
      onFault: (error) => gateway.log.error(error, "The wizard failed"),
      work: setupOf(call, asked),
    });
    return shown(await nextStep(dialog, 0, left));
  }),

  /** With an answer; then waits for the next step or the end, or with `seen` for whatever changes. */
  "wizard.next": method(
    "operator.admin",
    v.strictObject({
      sessionId: name,
      seen: v.optional(version),
      answer: v.optional(v.strictObject({ stepId: name, value: v.optional(answerValue) })),
    }),
    async ({ peer, plane, left }, { sessionId, seen, answer }) => {
      const dialog = plane.dialogs.get(sessionId, peer.connId, "setup");
      const before = dialog.state.version;
      if (answer) dialog.answer(answer.stepId, answer.value);
      if (seen === undefined) return shown(await nextStep(dialog, answer ? before : 0, left));
      await dialog.after(answer ? before : seen, left);
      return shown(dialog.state);
    },
  ),

  "wizard.status": method("operator.admin", session, ({ peer, plane }, { sessionId }) =>
    shown(plane.dialogs.get(sessionId, peer.connId, "setup").state),
  ),

  "wizard.cancel": method("operator.admin", session, async ({ peer, plane, left }, { sessionId }) => {
    const dialog = plane.dialogs.get(sessionId, peer.connId, "setup");
    dialog.cancel();
    // What is being written is written all the same.
    await dialog.over(left);
    return shown(dialog.state);
  }),
};

/** What can be refused is refused before a dialog begins. */
function setupOf({ deps, gateway, plane }: Call, asked: v.InferOutput<typeof start>) {
  const { setup, reload } = plane;
  if (asked.mode === "remote")
    throw new AccessError("bad_input", "mode is local: a gateway elsewhere is set up on its own machine.");
  if (!setup) throw new AccessError("bad_input", "This gateway cannot ask. Run: openclaw onboard");
  const { agentId: agent, workspace, flow } = asked;
  const advanced = flow === "advanced" || flow === "manual";
  return async (talk: Dialog["talk"], dialog: Dialog) => {
    const report = await setup(fresh(deps), notedTalk(talk, dialog), { agent, workspace, advanced });
    // It is written; a gateway that does not follow its files uses it from the next start on.
    await reload().catch(() => undefined);
    await Promise.all([...gateway.agents.all()].map(({ id }) => gateway.agents.refresh(id)));
    return report;
  };
}

/** Resolves with a step that `known` had not, or at the end; or when somebody else waits in its place. */
async function nextStep(dialog: Dialog, known: number, left: AbortSignal): Promise<DialogState> {
  for (;;) {
    const { state } = dialog;
    if (state.done || left.aborted || (state.step && state.version > known)) return state;
    await dialog.after(state.version, left);
    if (dialog.state.version === state.version) return state;
  }
}

/** OpenClaw's clients read `error` as text. */
const shown = ({ error, ...state }: DialogState) => ({
  ...state,
  ...(error ? { error: error.message, errorCode: error.code } : {}),
});
