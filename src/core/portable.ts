// Which credentials another agent may be given as its own (OpenClaw docs, "Agent copy portability").
// Nothing is copied here: whoever is to have one of its own stores it once more, or signs in again.
import type { Credential } from "./credential.ts";

/** Static keys and tokens are, unless they say no. A login may be spent by one holder, so it must say yes. */
export function isPortable(credential: Credential): boolean {
  const { copyToAgents } = credential as { readonly copyToAgents?: unknown };
  if (credential.type !== "oauth") return copyToAgents !== false;
  return copyToAgents === true && isText(credential.access) && isText(credential.refresh);
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
