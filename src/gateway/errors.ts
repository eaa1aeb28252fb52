// HTTP status and error type by the code of what stopped a request before there was a plan.
// The command line's table is cli/exit.ts; a new code does not compile until both know it.
import type { ErrorCode } from "../core/errors.ts";

export const STATUS_OF_CODE = {
  bad_input: [400, "invalid_request_error"],
  unknown_agent: [400, "invalid_request_error"],
  unknown_provider: [400, "invalid_request_error"],
  unknown_model: [400, "invalid_request_error"],
  unknown_profile: [400, "invalid_request_error"],
  unknown_run: [404, "invalid_request_error"],
  config_invalid: [500, "api_error"],
  config_conflict: [500, "api_error"],
  store_unreadable: [503, "api_error"],
  store_unwritable: [503, "api_error"],
  store_sealed: [503, "api_error"],
  upstream_failed: [502, "api_error"],
  no_terminal: [400, "invalid_request_error"],
  cancelled: [400, "invalid_request_error"],
  port_taken: [500, "api_error"],
  gateway_running: [500, "api_error"],
  unauthorized: [401, "unauthorized"],
  too_large: [413, "invalid_request_error"],
  internal: [500, "api_error"],
} as const satisfies Record<ErrorCode, readonly [number, string]>;
