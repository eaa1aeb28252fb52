// How Anthropic says no: status and bodies as its API sends them.
import type { Refusal } from "./accounts.ts";

const refusal = (status: number, type: string, message: string): Refusal => ({
  status,
  body: { type: "error", error: { type, message }, request_id: "req_sandbox" },
});

export const outOfCredit = (): Refusal =>
  refusal(
    400,
    "invalid_request_error",
    "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
  );

export const overloaded = (): Refusal => refusal(529, "overloaded_error", "Overloaded");

export const wrongKey = (): Refusal => refusal(401, "authentication_error", "invalid x-api-key");

export const badRequest = (message: string): Refusal => refusal(400, "invalid_request_error", message);

export const unknownModel = (model: string): Refusal => refusal(404, "not_found_error", `model: ${model}`);
