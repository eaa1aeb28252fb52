// Keys and tokens that flags or variables hold, without a question.
import type { Target } from "../access/login/choose.ts";
import { loginProvider } from "../access/login/choose.ts";
import { pastedValue } from "../access/paste-rules.ts";
import { AccessError } from "../core/errors.ts";
import type { ProfileId, ProviderId } from "../core/ids.ts";
import { parseProviderId } from "../core/ids.ts";
import { findProvider } from "../providers/all.ts";
import { environmentKeys } from "../providers/env-keys.ts";
import type { Login, Provider } from "../providers/provider.ts";
import { keyTarget, mustBeFilled, toUsualHost } from "./key-target.ts";
import type { OnboardRequest } from "./request.ts";
import type { Source } from "./source.ts";
import { fromKey, fromLogin, fromVariable } from "./sources.ts";
import type { Unasked } from "./unasked.ts";

/** The key that a flag gives; one key may serve two providers, and then the flag is one of theirs. */
export function givenKey({ keys }: Pick<OnboardRequest, "keys">, provider: Provider): string | undefined {
  const own = keys.get(provider.id);
  if (own) return own.value;
  const [variable] = provider.env;
  if (variable === undefined) return undefined;
  return [...keys].find(([other]) => findProvider(other)?.env[0] === variable)?.[1].value;
}

export async function keyOf({ deps, request }: Unasked, provider: Provider, login: Login): Promise<Source> {
  const { keyMode, blanks, authChoice } = request;
  const named = keyTarget(provider, login, blanks.get(provider.id));
  const target = authChoice === undefined ? named : toUsualHost(deps.config(), named);
  const given = givenKey(request, provider);
  const [found] = environmentKeys(provider, deps.env());
  if (keyMode === "ref" && !found)
    throw new AccessError(
      "bad_input",
      `--secret-input-mode ref refers to a variable, and none of ${provider.id} is set (${provider.env.join(", ") || "none is known"}). Set it, and run this again.`,
    );
  if (given === undefined && !found)
    throw new AccessError(
      "bad_input",
      `There is no key of ${provider.label}. Set ${provider.env[0] ?? "its variable"}, or give --${provider.id}-api-key.`,
    );
  mustBeFilled(deps.config(), target);
  if (keyMode === "plaintext" && given !== undefined) return await fromKey(target, given);
  return await fromVariable({ provider, ...found!, everywhere: false }, keyMode, target);
}

/** `--auth-choice token`, and the flags of providers whose keys are tokens. */
export async function tokenNamed(context: Unasked): Promise<Source> {
  const { provider: named, value, profileId } = context.request.token;
  if (named === undefined || value === undefined)
    throw new AccessError("bad_input", "--auth-choice token needs --token-provider and --token.");
  const id = parseProviderId(named);
  const usual = id === "anthropic" ? `${id}:default` : `${id}:manual`;
  return await tokenOf(context, id, value, profileId ?? usual);
}

/** @param login the provider's own, when it has one for tokens */
export async function tokenOf(
  { deps, request }: Unasked,
  id: ProviderId,
  value: string,
  profileId: ProfileId | undefined,
  login?: Login,
): Promise<Source> {
  const provider = loginProvider(deps.config(), id, deps.accessConfig().oauth);
  const { expiresInMs } = request.token;
  const expires = expiresInMs === undefined ? {} : { expires: deps.now() + expiresInMs };
  const usual = { id: "token", kind: "token", label: `${provider.label} token` } as const;
  const chosen = login ?? usual;
  const target: Target = { provider, logins: [chosen], login: chosen };
  const token = pastedValue("token", id, value);
  return await fromLogin(
    target,
    { credential: { type: "token", provider: id, token, ...expires } },
    profileId,
  );
}
