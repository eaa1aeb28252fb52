// The source that flags and the machine decide, without a question: `onboard --non-interactive`.
import { askForModels, listAddress } from "../access/model-question.ts";
import { openForAgent } from "../access/model-list.ts";
import type { Talk } from "../access/login/talk.ts";
import { loginNamed, loginProvider } from "../access/login/choose.ts";
import { loadFlow } from "../access/login/flow.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import { pastedValue } from "../access/paste-rules.ts";
import { AccessError } from "../core/errors.ts";
import type { AgentId, ProviderId } from "../core/ids.ts";
import { parseProviderId } from "../core/ids.ts";
import { findProvider } from "../providers/all.ts";
import { environmentKeys } from "../providers/env-keys.ts";
import { loginsOf } from "../providers/logins.ts";
import type { AuthChoice } from "./auth-choice.ts";
import { parseAuthChoice } from "./auth-choice.ts";
import type { Found } from "./found.ts";
import type { Proposal } from "./propose.ts";
import { bestFound } from "./propose.ts";
import type { OnboardRequest } from "./request.ts";
import type { Source } from "./source.ts";
import { fromCustom, fromServer } from "./servers.ts";
import { fromKey, fromLogin, fromVariable } from "./sources.ts";

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
  if (best) return await ofProposal(best, request);
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
  const [provider] = keys.keys();
  return provider === undefined ? undefined : { kind: "login", provider, method: "api-key" };
}

export async function ofProposal(proposal: Proposal, { keyMode }: OnboardRequest): Promise<Source> {
  switch (proposal.kind) {
    case "program":
      return await fromLogin(proposal.found.target, proposal.found.obtained);
    case "key":
      return await fromVariable(proposal.found, keyMode);
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
  const login = loginNamed(provider, method);
  const logins = loginsOf(provider);
  if (login.kind === "api_key") return await keyOf(context, id, login.id);
  if (login.kind === "browser" || login.kind === "token")
    throw new AccessError(
      "bad_input",
      `${login.label} needs a person. Log in first: openclaw models auth login --provider ${id} --method ${login.id}; then run this with --auth-choice skip.`,
    );
  const flow = await loadFlow(id, login, logins);
  if (login.policy) talk.notify(`Note (${login.policy.asOf}): ${login.policy.text}`);
  const about = { deps, provider: id, label: provider.label, login, talk, agent, force: false };
  return await fromLogin({ provider, logins, login }, await flow(about), request.token.profileId);
}

async function keyOf({ deps, request }: Unasked, id: ProviderId, method: string): Promise<Source> {
  const provider = loginProvider(deps.config(), id, deps.accessConfig().oauth);
  const { keys, keyMode } = request;
  const given = keys.get(id);
  const [found] = environmentKeys(provider, deps.env());
  if (keyMode === "ref" && !found)
    throw new AccessError(
      "bad_input",
      `--secret-input-mode ref refers to a variable, and none of ${provider.id} is set (${provider.env.join(", ") || "none is known"}). Set it, and run this again.`,
    );
  if (keyMode === "plaintext" && given !== undefined) return await fromKey(provider, given, method);
  if (found) return await fromVariable({ provider, ...found, everywhere: false }, keyMode);
  throw new AccessError(
    "bad_input",
    `There is no key of ${provider.label}. Set ${provider.env[0] ?? "its variable"}, or give --${id}-api-key.`,
  );
}

async function tokenNamed({ deps, request }: Unasked): Promise<Source> {
  const { provider: named, value, profileId, expiresInMs } = request.token;
  if (named === undefined || value === undefined)
    throw new AccessError("bad_input", "--auth-choice token needs --token-provider and --token.");
  const id = parseProviderId(named);
  const provider = loginProvider(deps.config(), id, deps.accessConfig().oauth);
  const token = pastedValue("token", id, value);
  const expires = expiresInMs === undefined ? {} : { expires: deps.now() + expiresInMs };
  const login = { id: "token", kind: "token", label: `${provider.label} token` } as const;
  const usual = id === "anthropic" ? `${id}:default` : `${id}:manual`;
  const credential = { type: "token", provider: id, token, ...expires } as const;
  return await fromLogin({ provider, logins: [login], login }, { credential }, profileId ?? usual);
}

function customNamed({ deps, request }: Unasked): Source {
  const { baseUrl, model, compatibility, id, key, images } = request.custom;
  if (baseUrl === undefined || model === undefined)
    throw new AccessError(
      "bad_input",
      "--auth-choice custom-api-key needs --custom-base-url and --custom-model-id.",
    );
  const set = deps.env()["CUSTOM_API_KEY"]?.trim();
  if (request.keyMode === "ref") {
    if (key !== undefined && !set)
      throw new AccessError(
        "bad_input",
        "--secret-input-mode ref refers to CUSTOM_API_KEY, which is not set.",
      );
    const ref = { source: "env", provider: "default", id: "CUSTOM_API_KEY" } as const;
    return fromCustom({ baseUrl, model, compatibility, id, images, key: set ? { ref } : undefined });
  }
  const value = key ?? set;
  return fromCustom({ baseUrl, model, compatibility, id, images, key: value ? { value } : undefined });
}

const PATIENCE_MS = 5000;

async function serverNamed({ deps, agent, request }: Unasked, id: ProviderId): Promise<Source> {
  const provider = findProvider(id)!;
  const { baseUrl, model } = request.custom;
  if (model !== undefined) return fromServer(provider, model, baseUrl);
  const { asker } = await openForAgent(deps, agent, undefined, "facts");
  const address = listAddress(asker.config, id)!;
  const url =
    baseUrl === undefined ? address.url : address.url.replace(provider.baseUrl!, baseUrl.replace(/\/+$/, ""));
  const answer = await askForModels(asker, id, { ...address, url }, PATIENCE_MS);
  if ("models" in answer && answer.models[0]) return fromServer(provider, answer.models[0].id, baseUrl);
  const why = "models" in answer ? "has no model yet" : answer.failed;
  throw new AccessError(
    "bad_input",
    `${provider.label} at ${url} ${why}. Start it, or say --custom-base-url and --custom-model-id.`,
  );
}
