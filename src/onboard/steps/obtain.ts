// How the person gets what was chosen: a login, a key that is pasted, a model of a server.
import { chooseAdd } from "../../access/login/add.ts";
import type { Target } from "../../access/login/choose.ts";
import { loadFlow } from "../../access/login/flow.ts";
import { seatOf } from "../../access/login/seat.ts";
import { findProvider, PROVIDERS } from "../../providers/all.ts";
import { loginsOf } from "../../providers/logins.ts";
import type { Provider } from "../../providers/provider.ts";
import { blankFault, keyLogins, keyTarget, openBlanks, toUsualHost } from "../key-target.ts";
import { fromServer } from "../servers.ts";
import type { Source } from "../source.ts";
import { fromKey, fromLogin } from "../sources.ts";
import type { Wizard } from "./step.ts";

/** Which region's key it is, where there are several, and whose address. */
export async function askKeyTarget(wizard: Wizard, provider: Provider): Promise<Target> {
  const logins = keyLogins(provider);
  const login =
    logins.length === 1
      ? logins[0]!
      : await wizard.talk.choose(
          `Which key of ${provider.label} is it?`,
          logins.map((value) => ({ value, label: value.label })),
        );
  const target = keyTarget(provider, login);
  return await filled(wizard, logins.length === 1 ? target : toUsualHost(wizard.deps.config(), target));
}

/** The address, once the person said what stands in it. */
async function filled({ deps, talk }: Wizard, target: Target): Promise<Target> {
  const { provider, login } = target;
  const blanks = new Map<string, string>();
  for (const word of openBlanks(deps.config(), target)) {
    const typed = await talk.text(`${provider.label}: your ${word.replaceAll("_", " ")}`, "", blankFault);
    blanks.set(word, typed.trim());
  }
  return blanks.size === 0 ? target : keyTarget(provider, login, blanks);
}

export async function loginSource(wizard: Wizard, named: Target): Promise<Source> {
  const { deps, talk, request } = wizard;
  const target = named.login.kind === "api_key" ? await filled(wizard, named) : named;
  const { provider, login, logins } = target;
  const { chooseAgent } = await import("../../access/read-view.ts");
  const agent = chooseAgent(deps.config(), request.agent);
  const flow = await loadFlow(provider.id, login, logins);
  if (login.policy) talk.notify(`Note (${login.policy.asOf}): ${login.policy.text}`);
  const about = { deps, provider: provider.id, label: provider.label, login, talk, agent, force: false };
  return await fromLogin(target, await flow(about));
}

export async function serverSource(
  { talk }: Wizard,
  provider: Provider,
  models: readonly string[],
): Promise<Source> {
  const model =
    models.length === 1
      ? models[0]!
      : await talk.choose(
          `Which model of ${provider.label}?`,
          models.map((value) => ({ value, label: value })),
        );
  return fromServer(provider, model);
}

/** Whom most people have a key of; the others by their names. */
const FAMOUS = ["anthropic", "openai", "google", "openrouter", "mistral", "groq", "xai", "deepseek"];
const fame = ({ id }: Provider): number => (FAMOUS.includes(id) ? FAMOUS.indexOf(id) : FAMOUS.length);
const byFame = (a: Provider, b: Provider): number => fame(a) - fame(b);

export async function pasteSource(wizard: Wizard): Promise<Source> {
  const { talk } = wizard;
  const withKey = PROVIDERS.filter((each) => loginsOf(each).some(({ kind }) => kind === "api_key")).toSorted(
    byFame,
  );
  const provider = await talk.choose(
    "Whose API key is it?",
    withKey.map((value) => ({ value, label: value.label, hint: value.id })),
  );
  const target = await askKeyTarget(wizard, provider);
  const { askCredential } = await import("../../access/login/pasted.ts");
  const key = await askCredential(talk, "api_key", provider.id, `Paste the API key for ${provider.label}`);
  return await fromKey(target, key);
}

export async function anyLogin(wizard: Wizard): Promise<Source> {
  const { deps, talk } = wizard;
  const seat = seatOf(deps.env());
  const chosen = await chooseAdd(deps.config(), talk, deps.accessConfig().oauth, seat);
  if (chosen.kind === "login") return await loginSource(wizard, chosen.target);
  const { kind, provider: id, profileId, pasted, expiresInMs } = chosen.request;
  const expires = expiresInMs === undefined ? {} : { expires: deps.now() + expiresInMs };
  const known = findProvider(id);
  const provider = known ?? {
    id,
    label: id,
    api: "openai-completions",
    env: [],
    catalog: "runtime" as const,
  };
  const login = {
    id: kind,
    kind,
    label: `${provider.label} ${kind === "token" ? "token" : "API key"}`,
  } as const;
  const credential =
    kind === "token"
      ? ({ type: "token", provider: id, token: pasted, ...expires } as const)
      : ({ type: "api_key", provider: id, key: pasted } as const);
  return await fromLogin({ provider, logins: [login], login }, { credential }, profileId);
}
