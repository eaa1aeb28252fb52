// Why a client was not let in, with what its program can do about it (OpenClaw docs, "Gateway protocol", Auth).
import type { GuardSettings } from "../guard.ts";
import type { TimedRefusal } from "../refusals.ts";
import type { ConnectParams } from "./connect-params.ts";
import type { ErrorShape } from "./protocol.ts";
import { invalid } from "./protocol.ts";

/** @param shown the secret that was judged */
export function unauthorized(
  { status, message, retryAfterSeconds, details }: TimedRefusal,
  { mode }: GuardSettings,
  shown: string | undefined,
  { device, auth }: ConnectParams,
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
  const remedy = `provide gateway auth ${mode}${message === "Unauthorized" ? "" : `; ${message}`}`;
  return invalid(`unauthorized: gateway ${mode} ${state} (${remedy})`, {
    code: `AUTH_${mode.toUpperCase()}_${state.toUpperCase()}`,
    authReason: `${mode}_${state}`,
    canRetryWithDeviceToken: again,
    recommendedNextStep: again ? "retry_with_device_token" : next,
  });
}

const proxyFault = (message: string, details: TimedRefusal["details"]): ErrorShape =>
  invalid(`unauthorized: ${message}`, {
    code: "AUTH_UNAUTHORIZED",
    canRetryWithDeviceToken: false,
    recommendedNextStep: "review_auth_configuration",
    ...details,
  });
