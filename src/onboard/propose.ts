// What onboarding proposes, best first. Pure. The rule: a login that is there before one that must be made; on a
// machine with a person in front of it the Claude CLI's login first, on one that serves an API key first
// (requirements 000: "an Anthropic API key is still the most predictable setup").
import type { Found, FoundProgram, FoundServer } from "./found.ts";
import type { FoundKey } from "./sources.ts";

export type Proposal =
  | { readonly kind: "program"; readonly found: FoundProgram }
  | { readonly kind: "key"; readonly found: FoundKey }
  | { readonly kind: "server"; readonly found: FoundServer }
  /** Paste an API key, of any provider. */
  | { readonly kind: "paste" }
  /** Any other way to log in. */
  | { readonly kind: "login" };

export function proposals({ host, keys, programs, servers }: Found): Proposal[] {
  const ofPrograms = programs.map((found): Proposal => ({ kind: "program", found }));
  const ofKeys = keys.toSorted(byFame).map((found): Proposal => ({ kind: "key", found }));
  const ofServers = servers.map((found): Proposal => ({ kind: "server", found }));
  return host === "laptop"
    ? [...ofPrograms, ...ofKeys, ...ofServers, { kind: "paste" }, { kind: "login" }]
    : [...ofKeys, { kind: "paste" }, ...ofPrograms, ...ofServers, { kind: "login" }];
}

/** The best of what is there already: what nobody needs to be asked for. */
export const bestFound = (found: Found): Proposal | undefined =>
  proposals(found).find(({ kind }) => kind !== "paste" && kind !== "login");

/** Makers of models before those who pass calls on; else as they came. */
const FIRST = ["anthropic", "openai", "google"];
const byFame = (a: FoundKey, b: FoundKey): number => rank(a) - rank(b);
function rank({ provider: { id } }: FoundKey): number {
  const at = FIRST.indexOf(id);
  return at < 0 ? FIRST.length : at;
}
