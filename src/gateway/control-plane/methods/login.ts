// `models auth login` for a page: the same flows, which ask by steps and tell by notes. Each change is an event for
// the client that began; who leaves ends its login.
import * as v from "valibot";
import type { Target } from "../../../access/login/choose.ts";
import type { Talk } from "../../../access/login/talk.ts";
import { AccessError } from "../../../core/errors.ts";
import { parseProfileId, parseProviderId } from "../../../core/ids.ts";
import { loginsOf } from "../../../providers/logins.ts";
import { answerValue, version } from "../answers.ts";
import type { Call } from "../method.ts";
import { method } from "../method.ts";
import { agentId, flag, name } from "../params.ts";

export const LOGIN_EVENT = "models.auth.login";

const session = { sessionId: name };

const start = v.strictObject({
  agentId,
  provider: name,
  method: v.optional(name),
  profileId: v.optional(name),
  expiresIn: v.optional(name),
  force: flag,
  setDefault: flag,
});

export const loginMethods = {
  /** Answers once there is something to show. */
  "models.auth.login.start": method("operator.admin", start, async (call, asked) => {
    const { gateway, peer, left, tell, plane } = call;
    const work = await prepared(call, asked);
    const dialog = plane.dialogs.start({
      connId: peer.connId,
      kind: "login",
      left,
      onChange: (state) => tell(LOGIN_EVENT, state),
      onFault: (error) => gateway.log.error(error, `A login to ${asked.provider} failed`),
      work,
    });
    await dialog.after(0, left);
    return dialog.state;
  }),

  /** With an answer to the step; then waits for what comes next. `seen`: the version that is known. */
  "models.auth.login.next": method(
    "operator.admin",
    v.strictObject({
      ...session,
      seen: v.optional(version),
      answer: v.optional(v.strictObject({ stepId: name, value: answerValue })),
    }),
    async ({ peer, plane, left }, { sessionId, seen, answer }) => {
      const dialog = plane.dialogs.get(sessionId, peer.connId, "login");
      const before = dialog.state.version;
      if (answer) dialog.answer(answer.stepId, answer.value);
      const known = answer ? before : seen;
      if (known !== undefined) await dialog.after(known, left);
      return dialog.state;
    },
  ),

  "models.auth.login.status": method(
    "operator.admin",
    v.strictObject(session),
    ({ peer, plane }, { sessionId }) => plane.dialogs.get(sessionId, peer.connId, "login").state,
  ),

  "models.auth.login.cancel": method(
    "operator.admin",
    v.strictObject(session),
    async ({ peer, plane, left }, { sessionId }) => {
      const dialog = plane.dialogs.get(sessionId, peer.connId, "login");
      dialog.cancel();
      // A login that is being stored is done all the same.
      await dialog.over(left);
      return dialog.state;
    },
  ),
};

/** What can be refused is refused before a dialog begins. */
async function prepared({ deps, gateway }: Call, asked: v.InferOutput<typeof start>) {
  const [{ askLogin, loginNamed, loginProvider }, { loadFlow }, { login }, { chooseAgent }] =
    await Promise.all([
      import("../../../access/login/choose.ts"),
      import("../../../access/login/flow.ts"),
      import("../../../access/login/login.ts"),
      import("../../../access/read-view.ts"),
    ]);
  const { force, setDefault } = asked;
  const config = deps.config();
  const agent = chooseAgent(config, asked.agentId);
  const profileId = asked.profileId === undefined ? undefined : parseProfileId(asked.profileId);
  const provider = loginProvider(config, parseProviderId(asked.provider), deps.accessConfig().oauth);
  const logins = loginsOf(provider);
  const named = asked.method === undefined ? undefined : loginNamed(provider, asked.method);
  if (named) await loadFlow(provider.id, named, logins);
  const expiresInMs = await lifetime(named, asked.expiresIn);
  return async (talk: Talk) => {
    // The browser is where the client is.
    const chosen = named ?? (await askLogin(talk, provider, "remote"));
    const target = { provider, logins, login: chosen };
    const report = await login(deps, { target, agent, profileId, force, setDefault, expiresInMs }, talk);
    await gateway.agents.refresh(report.agentId);
    return report;
  };
}

async function lifetime(login: Target["login"] | undefined, given: string | undefined) {
  if (given === undefined) return undefined;
  if (login?.kind === "token") return (await import("../../../access/duration.ts")).parseDuration(given);
  throw new AccessError("bad_input", "expiresIn is for a method that takes a token.");
}
