// The source that flags and the machine decide, without a question: `onboard --non-interactive`.
import type { Talk } from "../access/login/talk.ts";
import { loginNamed, loginProvider } from "../access/login/choose.ts";
import { loadFlow } from "../access/login/flow.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import { AccessError } from "../core/errors.ts";
import type { AgentId, ProviderId } from "../core/ids.ts";
import { loginsOf } from "../providers/logins.ts";
import type { AuthChoice } from "./auth-choice.ts";
import { parseAuthChoice } from "./auth-choice.ts";
import type { Found } from "./found.ts";
import { keyTarget, mustBeFilled } from "./key-target.ts";
import type { Proposal } from "./propose.ts";
import { bestFound } from "./propose.ts";
import type { OnboardRequest } from "./request.ts";
import type { Source } from "./source.ts";
import { fromServer } from "./servers.ts";
import { fromLogin, fromVariable } from "./sources.ts";
import { givenKey, keyOf, tokenNamed, tokenOf } from "./unasked-key.ts";
import { customNamed, serverNamed } from "./unasked-server.ts";

export interface Unasked {
  readonly deps: CommandDeps;
  readonly agent: AgentId;
  readonly request: OnboardRequest;
  /** tells and waits; asks nothing */
  readonly talk: Talk;
}

/**
 * What the flags name; without any, the best that the machine has.
 *
 * @returns nothing for `skip`, and where what is stored is enough
 * @throws AccessError `bad_input` naming the flag that is missing; or whatever a login throws
 */
export async function chooseUnasked(context: Unasked, found: Found): Promise<Source | undefined> {
  const { request } = context;
  const choice =
    request.authChoice === undefined ? impliedChoice(request) : parseAuthChoice(request.authChoice);
  if (choice) return await chosen(context, choice);
  const best = bestFound(found);
  if (best) return await ofProposal(context, best);
  if (found.stored.length > 0) return undefined;
  throw new AccessError(
    "bad_input",
    'There is no credential here: no key in the environment, no login of Claude or Codex, no model server. Say --auth-choice, such as: --auth-choice apiKey --anthropic-api-key "$ANTHROPIC_API_KEY". Without one: --auth-choice skip.',
  );
}

/** A key that was given says what is meant. */
function impliedChoice({ keys, token, custom }: OnboardRequest): AuthChoice | undefined {
  if (custom.baseUrl !== undefined) return { kind: "custom" };
  if (token.value !== undefined) return { kind: "token" };
  if (keys.size > 1)
    throw new AccessError(
      "bad_input",
      "Several keys were given. Say which one is meant: --auth-choice. The others: models auth paste-api-key",
    );
  const [given] = keys;
  return given && { kind: "login", provider: given[0], method: given[1].method ?? "api-key" };
}

async function ofProposal({ deps, request }: Unasked, proposal: Proposal): Promise<Source> {
  switch (proposal.kind) {
    case "program":
      return await fromLogin(proposal.found.target, proposal.found.obtained);
    case "key":
      return await fromVariable(
        proposal.found,
        request.keyMode,
        mustBeFilled(deps.config(), keyTarget(proposal.found.provider)),
      );
    case "server":
      return fromServer(proposal.found.provider, proposal.found.models[0]!);
    default:
      throw new AccessError("internal", "This proposal needs a person.");
  }
}

async function chosen(context: Unasked, choice: AuthChoice): Promise<Source | undefined> {
  switch (choice.kind) {
    case "skip":
      return undefined;
    case "server":
      return await serverNamed(context, choice.provider);
    case "custom":
      return customNamed(context);
    case "token":
      return await tokenNamed(context);
    case "login":
      return await loginOf(context, choice.provider, choice.method);
  }
}

async function loginOf(context: Unasked, id: ProviderId, method: string): Promise<Source> {
  const { deps, agent, request, talk } = context;
  const provider = loginProvider(deps.config(), id, deps.accessConfig().oauth);
  const named = loginNamed(provider, method);
  const logins = loginsOf(provider);
  if (named.kind === "api_key") return await keyOf(context, provider, named);
  const token = givenKey(request, provider) ?? (named.kind === "token" ? request.token.value : undefined);
  if (token !== undefined) {
    const login = logins.find(({ kind }) => kind === "token");
    return await tokenOf(context, id, token, request.token.profileId, login);
  }
  if (named.kind === "browser" || named.kind === "token")
    throw new AccessError(
      "bad_input",
      `${named.label} needs a person. Log in first: openclaw models auth login --provider ${id} --method ${named.id}; then run this with --auth-choice skip.`,
    );
  const flow = await loadFlow(id, named, logins);
  if (named.policy) talk.notify(`Note (${named.policy.asOf}): ${named.policy.text}`);
  const about = { deps, provider: id, label: provider.label, login: named, talk, agent, force: false };
  return await fromLogin({ provider, logins, login: named }, await flow(about), request.token.profileId);
}
