// Logins that a program keeps to itself: what is stored of them is a marker, which counts as authentication.
import type { Credential } from "../core/credential.ts";
import { findProvider } from "./all.ts";

/**
 * The backend whose own login a stored profile stands for. What else the profile holds is not ours: OpenClaw
 * copies the program's tokens into it, which the program alone may use and renew.
 */
export function keeperOf({ type, provider }: Credential): string | undefined {
  return type === "oauth" && findProvider(provider)?.backendOf !== undefined ? provider : undefined;
}
