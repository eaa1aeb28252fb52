// The ways to log in to a provider, and which one a person means.
import { findProvider } from "./all.ts";
import type { Login, LoginKind, Provider } from "./provider.ts";

/** What OpenClaw's documents call the kinds, beside each login's own id. */
const KIND_NAMES: Readonly<Record<string, LoginKind>> = {
  "api-key": "api_key",
  token: "token",
  oauth: "browser",
  device: "device",
  "device-code": "device",
  cli: "cli",
};

export function loginsOf(provider: Provider): readonly Login[] {
  return provider.logins ?? [{ id: "api-key", kind: "api_key", label: `${provider.label} API key` }];
}

/** The login with this id, else the provider's first of the kind that the word names. */
export function findLogin(logins: readonly Login[], method: string): Login | undefined {
  const word = method.trim().toLowerCase();
  const kind = Object.hasOwn(KIND_NAMES, word) ? KIND_NAMES[word] : undefined;
  return logins.find(({ id }) => id === word) ?? logins.find((login) => login.kind === kind);
}

/** Whether two ids mean one provider: `z-ai` is an alias of `zai`. */
export const sameProvider = (a: string, b: string): boolean =>
  a === b || (findProvider(a)?.id ?? a) === (findProvider(b)?.id ?? b);
