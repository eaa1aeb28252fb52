// Amazon Bedrock: exception names of the Converse API, also as event stream frames.
// Source: Amazon Bedrock API reference, "Converse" errors, and common AWS errors.
import type { RuleTable } from "../rule.ts";

export const AWS_TABLES: readonly RuleTable[] = [
  {
    providers: ["amazon-bedrock", "bedrock", "aws-bedrock", "amazon-bedrock-mantle"],
    rules: [
      // Throttling may count tokens: it is no overflow.
      {
        code: /^(?:throttling(?:Exception)?|TooManyRequests\w*|RequestLimitExceeded|ServiceQuotaExceeded\w*|LimitExceeded\w*)$/i,
        kind: "rate_limit",
        scope: "model",
      },
      { code: /^(?:ServiceUnavailable|ModelNotReady|SlowDown)\w*$/i, kind: "overloaded", scope: "model" },
      { code: /^(?:ModelTimeout|RequestTimeout)\w*$/i, kind: "timeout", scope: "model" },
      { code: /^Model(?:StreamError|Error)\w*$/i, kind: "server_error", scope: "model" },
      { code: /^InternalServer\w*$/i, kind: "server_error" },
      {
        code: /^(?:AccessDenied\w*|UnauthorizedOperation)$/i,
        text: /access to (?:the|this) model|model access/i,
        kind: "auth",
        scope: "model",
      },
      { text: /INVALID_PAYMENT_INSTRUMENT|payment instrument|marketplace subscription/i, kind: "billing" },
      {
        code: /^(?:UnrecognizedClient|ExpiredToken|AccessDenied|InvalidSignature|MissingAuthenticationToken|IncompleteSignature|InvalidClientTokenId|NotAuthorized|SignatureDoesNotMatch|CredentialsProviderError|OptInRequired)\w*$/i,
        unless: /\b(?:suspended|overdue)\b/i,
        kind: "auth",
      },
      { code: /^ResourceNotFound\w*$/i, kind: "model_not_found" },
      {
        text: /model identifier is invalid|on-demand throughput isn.t supported|inference profile|end of its life|model[^\n]{0,60}not supported in (?:this|the) region/i,
        kind: "model_not_found",
      },
    ],
    scopes: { overloaded: "model", timeout: "model" },
  },
];
