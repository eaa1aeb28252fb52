// What becomes of the gateway's settings when nobody is asked about them. Pure.
import type { GatewayPlan } from "./draft.ts";
import type { GatewaySide } from "./gateway-side.ts";
import type { OnboardRequest } from "./request.ts";

/** A token where one is asked for and there is none; what was said on the command line goes before. */
export function gatewayPlan(
  { gateway: { port, bind, secret } }: Pick<OnboardRequest, "gateway">,
  { lacksToken, tokenFile }: Pick<GatewaySide, "lacksToken" | "tokenFile">,
): GatewayPlan {
  return {
    ...(port === undefined ? {} : { port }),
    ...(bind === undefined ? {} : { bind }),
    token: secret ?? (lacksToken ? { kind: "make", file: tokenFile } : { kind: "keep" }),
  };
}
