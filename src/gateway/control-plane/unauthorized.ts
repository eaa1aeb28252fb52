// Why a client was not let in, with what its program can do about it (OpenClaw docs, "Gateway protocol", Auth).
import type { GuardSettings } from "../guard/guard.ts";
import type { TimedRefusal } from "../calls/refusals.ts";
import type { ConnectParams } from "./connect-params.ts";
import type { ErrorShape } from "./protocol.ts";
import { invalid } from "./protocol.ts";

/** @param shown the secret that was judged */
export function unauthorized(
  { status, message, retryAfterSeconds, details }: TimedRefusal,
  { mode }: GuardSettings,
  shown: string | undefined,
  { client, device, auth }: ConnectParams,
): ErrorShape {
  if (status === 429)
    return {
      ...invalid(`unauthorized: ${message}`, {
        code: "AUTH_RATE_LIMITED",
        authReason: "rate_limited",
        canRetryWithDeviceToken: false,
        recommendedNextStep: "wait_then_retry",
      }),
      retryable: true,
      retryAfterMs: (retryAfterSeconds ?? 1) * 1000,
    };
  if (mode !== "token" && mode !== "password") return proxyFault(message, details);
  const missing = shown === undefined;
  const state = missing ? "missing" : "mismatch";
  // Some other token of this device may be right.
  const again = !missing && device !== undefined && auth?.deviceToken === undefined;
  const next = missing ? "update_auth_configuration" : "update_auth_credentials";
  const more = message === "Unauthorized" ? "" : `; ${message}`;
  return invalid(`unauthorized: gateway ${mode} ${state} (${remedy(mode, client.mode)}${more})`, {
    code: `AUTH_${mode.toUpperCase()}_${state.toUpperCase()}`,
    authReason: `${mode}_${state}`,
    canRetryWithDeviceToken: again,
    recommendedNextStep: again ? "retry_with_device_token" : next,
  });
}

/** A page has no flags. */
const remedy = (mode: "token" | "password", client: string): string =>
  client === "webchat"
    ? `enter the gateway's ${mode}`
    : `give the gateway's ${mode} by --${mode} or gateway.remote.${mode}`;

const proxyFault = (message: string, details: TimedRefusal["details"]): ErrorShape =>
  invalid(`unauthorized: ${message}`, {
    code: "AUTH_UNAUTHORIZED",
    canRetryWithDeviceToken: false,
    recommendedNextStep: "review_auth_configuration",
    ...details,
  });
