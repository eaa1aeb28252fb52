// Bedrock.
import type { Case } from "./case.ts";
import { http, sse } from "./case.ts";

export const AWS_CASES: readonly Case[] = [
  [
    "throttled, by header",
    "amazon-bedrock",
    http(
      429,
      { message: "Too many requests" },
      { "x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/coral/" },
    ),
    ["rate_limit", "model", true, undefined],
  ],
  [
    "throttled inside the stream",
    "amazon-bedrock",
    sse({ throttlingException: { message: "Your request rate is too high." } }),
    ["rate_limit", "model", true, undefined],
  ],
  [
    "bad signature",
    "amazon-bedrock",
    http(403, {
      __type: "com.amazon.coral.service#InvalidSignatureException",
      message: "The request signature we calculated does not match the signature you provided.",
    }),
    ["auth", "account", false, undefined],
  ],
  [
    "not ready",
    "amazon-bedrock",
    http(429, {
      __type: "ModelNotReadyException",
      message: "The model specified in the request is not ready to serve inference requests.",
    }),
    ["overloaded", "model", true, undefined],
  ],
  [
    "no such model",
    "amazon-bedrock",
    http(404, {
      __type: "ResourceNotFoundException",
      message: "This model version has reached the end of its life.",
    }),
    ["model_not_found", "model", false, undefined],
  ],
];
