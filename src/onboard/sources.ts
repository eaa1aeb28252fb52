// Each kind of source, made from what was found, obtained or typed. Nothing is asked and nothing is written here.
import type { Obtained, ObtainedRoute } from "../access/login/flow.ts";
import type { Target } from "../access/login/choose.ts";
import { loginEdits, refOfLogin } from "../access/login/login.ts";
import { profileIdOf } from "../access/login/target-profile.ts";
import { routeEdits } from "../access/login/route.ts";
import type { PasteKind } from "../access/paste-rules.ts";
import { pastedValue } from "../access/paste-rules.ts";
import type { Credential, SecretRef } from "../core/credential.ts";
import type { ProfileId, ProviderId } from "../core/ids.ts";
import type { Provider } from "../providers/provider.ts";
import { keyTarget } from "./key-target.ts";
import type { Source } from "./source.ts";

/** How an API key is kept. */
export type KeyMode = "plaintext" | "ref";

export async function fromLogin(
  target: Target,
  obtained: Obtained | ObtainedRoute,
  named?: ProfileId,
): Promise<Source> {
  const { provider, login } = target;
  const ref = refOfLogin(target);
  const common = { label: `${login.label}`, ...(ref === undefined ? {} : { ref }) };
  if ("route" in obtained) {
    const profileId = named ?? profileIdOf(target);
    const edits = await routeEdits(target, profileId, obtained);
    return { ...common, provider: provider.id, edits };
  }
  const { credential, runtime } = obtained;
  const profileId = named ?? obtained.profileId ?? profileIdOf(target, obtained.name);
  return {
    ...common,
    provider: credential.provider,
    login: { profileId, credential },
    edits: await loginEdits(target, runtime),
    ...(runtime === undefined ? {} : { runtime }),
  };
}

export interface FoundKey {
  readonly provider: Provider;
  readonly variable: string;
  readonly value: string;
  /** The gateway sees it too, wherever it is started from. */
  readonly everywhere: boolean;
}

/** A key of the environment: one that only this shell knows is stored, so that a service has it too. */
export async function fromVariable(
  { provider, variable, value, everywhere }: FoundKey,
  mode: KeyMode,
  target: Target = keyTarget(provider),
): Promise<Source> {
  if (everywhere && mode === "plaintext") {
    const ref = refOfLogin(target);
    const label = `${provider.label}: ${variable}, which the gateway sees too`;
    const edits = await loginEdits(target, undefined);
    return { label, provider: provider.id, edits, ...(ref === undefined ? {} : { ref }) };
  }
  const label = `${provider.label}: ${variable} of this shell`;
  const reference: SecretRef = { source: "env", provider: "default", id: variable };
  const credential =
    mode === "ref" ? refCredential(provider.id, value, reference) : keyCredential(provider.id, value);
  return { ...(await fromLogin(target, { credential })), label };
}

/** @throws AccessError `bad_input` for what can be no key of the provider */
export async function fromKey(target: Target, value: string): Promise<Source> {
  const { provider } = target;
  const credential = keyCredential(provider.id, value);
  return { ...(await fromLogin(target, { credential })), label: `${provider.label} API key` };
}

/** A token of a subscription may stand where a key is expected. */
const kindOf = (provider: ProviderId, value: string): PasteKind =>
  provider === "anthropic" && value.startsWith("sk-ant-oat") ? "token" : "api_key";

/** @throws AccessError `bad_input` for what can be no key of the provider */
export function keyCredential(provider: ProviderId, text: string): Credential {
  const kind = kindOf(provider, text.trim());
  const value = pastedValue(kind, provider, text);
  return kind === "token"
    ? { type: "token", provider, token: value }
    : { type: "api_key", provider, key: value };
}

const refCredential = (provider: ProviderId, value: string, ref: SecretRef): Credential =>
  kindOf(provider, value) === "token"
    ? { type: "token", provider, tokenRef: ref }
    : { type: "api_key", provider, keyRef: ref };
