// Vendors with code tables of their own: Moonshot, MiniMax, Z.AI, Alibaba, Baidu, ByteDance, Xiaomi, StepFun.
// Source: each vendor's "error codes" page.
import type { Rule, RuleTable } from "../rule.ts";

/** Dates without a zone are China standard time. */
const CHINA = "+08:00";
const ACCOUNT = { rate_limit: "account" } as const;

const MOONSHOT: RuleTable = {
  providers: ["moonshot", "moonshotai", "moonshot-ai"],
  rules: [
    // The type says quota for every lack of money.
    { code: /^exceeded_current_quota_error$/, kind: "billing" },
    { code: /^engine_overloaded_error$/, kind: "overloaded", scope: "model" },
    { code: /^rate_limit_reached_error$/, kind: "rate_limit" },
    { text: /state: suspended/i, kind: "auth_permanent" },
    {
      code: /^(?:invalid_authentication_error|incorrect_api_key_error|permission_denied_error)$/,
      kind: "auth",
    },
    { code: /^resource_not_found_error$/, kind: "model_not_found" },
    { code: /^content_filter$/, kind: "format" },
  ],
  scopes: ACCOUNT,
  zone: CHINA,
};

const KIMI: RuleTable = {
  providers: ["kimi", "kimi-coding", "kimi-code"],
  rules: [
    // Plan windows and concurrency come as a 403 that speaks of terminated access.
    {
      code: /^access_terminated_error$/,
      text: /limit|quota|concurren/i,
      kind: "rate_limit",
      scope: "account",
    },
    { text: /usage limit/i, kind: "rate_limit", scope: "account" },
    { code: /^access_terminated_error$/, kind: "auth" },
    { code: /^exceeded_current_quota_error$/, kind: "billing" },
    { code: /^engine_overloaded_error$/, kind: "overloaded", scope: "model" },
  ],
  scopes: ACCOUNT,
  zone: CHINA,
};

/** `base_resp.status_code`, or the number in brackets that ends a message. */
const minimaxCode = (codes: string): Pick<Rule, "text"> => ({
  text: new RegExp(`(?:^|\\()(?:${codes})(?:\\)|$)`, "m"),
});

const MINIMAX: RuleTable = {
  providers: ["minimax", "minimax-cn", "minimax-portal", "minimax-portal-cn"],
  rules: [
    { ...minimaxCode("1008|1028"), unless: /usage limit/i, kind: "billing" },
    { ...minimaxCode("1004|2049"), kind: "auth" },
    { ...minimaxCode("2061"), kind: "model_not_found" },
    { ...minimaxCode("1002|1039|1041|2045|2056|2062"), kind: "rate_limit", scope: "account" },
    { ...minimaxCode("1001"), kind: "timeout" },
    { ...minimaxCode("1000|1013|1024|1033"), kind: "server_error" },
    { text: /context (?:window|length)|too long/i, kind: "context_overflow" },
    { ...minimaxCode("1026|1027|1042|1043|1044|2013|2037|2038|2039|2042"), kind: "format" },
  ],
  scopes: ACCOUNT,
  zone: CHINA,
};

const ZAI: RuleTable = {
  providers: ["zai", "z-ai", "z.ai"],
  rules: [
    { code: /^(?:1110|1112|1121)$/, kind: "auth_permanent" },
    { code: /^(?:1113|1309)$/, kind: "billing" },
    { code: /^1311$/, kind: "model_not_found" },
    { code: /^(?:1305|1312)$/, text: /overload|busy|traffic/i, kind: "overloaded", scope: "model" },
    { code: /^1305$/, kind: "rate_limit", scope: "model" },
    { code: /^(?:1302|1303|1304|1308|1310|1313)$/, kind: "rate_limit", scope: "account" },
    { code: /^1312$/, kind: "overloaded", scope: "model" },
    { code: /^(?:1211|1222)$/, kind: "model_not_found" },
    { code: /^1261$/, kind: "context_overflow" },
    { code: /^(?:1210|1212|1213|1214|1215|1231|1300|1301)$/, kind: "format" },
    { code: /^(?:100[0-4]|1100|1111|1120|1220)$/, kind: "auth" },
    { code: /^1234$/, kind: "timeout" },
    { code: /^(?:500|1200|1230)$/, kind: "server_error" },
  ],
  scopes: ACCOUNT,
  zone: CHINA,
};

const QWEN: RuleTable = {
  providers: [
    "qwen",
    "modelstudio",
    "qwencloud",
    "dashscope",
    "alibaba",
    "qwen-oauth",
    "qwen-portal",
    "qwen-cli",
    "qwen-token-plan",
    "qwen-token-plan-cn",
    "qwen-token-plan-individual",
  ],
  rules: [
    { code: /^Arrearage$/i, kind: "billing" },
    {
      code: /^(?:CommodityNotPurchased|PrepaidBillOverdue|PostpaidBillOverdue)$/i,
      kind: "billing",
      scope: "account",
    },
    { code: /FreeTierOnly/i, kind: "billing", scope: "model" },
    // One code, two meanings: only the free allowance is a matter of money.
    { code: /^Throttling\.AllocationQuota$/i, text: /\bfree\b/i, kind: "billing", scope: "model" },
    { code: /^Throttling\.ServiceOverloaded$|^ServiceUnavailable$/i, kind: "overloaded", scope: "model" },
    { code: /^(?:throttling|insufficient_quota)$/i, kind: "rate_limit", scope: "account" },
    {
      code: /^Throttling\b|^limit_(?:requests|burst_rate|tokens)$|^LimitRequests$/i,
      kind: "rate_limit",
      scope: "model",
    },
    { code: /^(?:Model\.AccessDenied|Workspace\.AccessDenied)$/i, kind: "auth", scope: "model" },
    {
      code: /^(?:AccessDenied\b.*|InvalidApiKey|invalid_api_key|APIKey\w*)$/i,
      unless: /\bfree\b/i,
      kind: "auth",
    },
    {
      code: /^(?:ModelNotFound|Model\.NotFound|model_not_found|model_not_supported|InvalidModel)$/i,
      kind: "model_not_found",
    },
    { code: /^data_?inspection_?failed$/i, kind: "format" },
    { code: /^(?:RequestTimeOut|InternalError\.Timeout)$/i, kind: "timeout" },
  ],
  zone: CHINA,
};

const QIANFAN: RuleTable = {
  providers: ["qianfan"],
  rules: [
    { code: /^preemptible_rate_limit_exceeded$/, kind: "overloaded" },
    { code: /overdue|insufficient_balance/, kind: "billing" },
    { code: /^(?:rpm|tpm|tpd|rpd)?_?rate_limit_exceeded$/, kind: "rate_limit", scope: "model" },
    { code: /^(?:tokens|characters|prompt)_too_long$/, kind: "context_overflow" },
    {
      code: /^(?:malformed_json|user_setting_unsafe|\w*unsafe\w*|invalid_(?:argument|messages|function|tools?))$/,
      kind: "format",
    },
    { code: /^(?:no_such_model|invalid_model|model_not_\w+|no_model_permission)$/, kind: "model_not_found" },
    {
      code: /^(?:invalid_iam_token|invalid_appid|app_disabled|no_\w*permission|access_denied|invalid_http_method)$/,
      kind: "auth",
    },
    { code: /^(?:dispatch_internal_error|internal_error)$/, kind: "server_error" },
  ],
  scopes: { overloaded: "provider", rate_limit: "model" },
  zone: CHINA,
};

const ARK: RuleTable = {
  providers: ["volcengine", "doubao", "bytedance", "volcengine-plan", "byteplus", "byteplus-plan"],
  rules: [
    { code: /^SetLimitExceeded$/, kind: "billing", scope: "model" },
    {
      code: /^(?:AccountOverdue\w*|InvalidSubscription|OverdueBalance|\w*InsufficientBalance)$/,
      kind: "billing",
    },
    { code: /^(?:ServerOverloaded|ServiceOverloaded|ModelLoading\w*)$/, kind: "overloaded", scope: "model" },
    {
      code: /^(?:QuotaExceeded|AccountQuotaExceeded|AccountRateLimitExceeded|RequestBurstTooFast|InflightBatchsizeExceeded)$/,
      kind: "rate_limit",
      scope: "account",
    },
    {
      code: /^(?:RateLimitExceeded\b.*|(?:Model|Endpoint)\w*(?:RateLimit|[RT]PM|IPM)\w*)$/,
      kind: "rate_limit",
      scope: "model",
    },
    {
      code: /^(?:ModelNotOpen|UnsupportedModel|InvalidEndpoint\w*(?:\..*)?|ModelNotFound|NotFound\.\w+)$/,
      kind: "model_not_found",
    },
    { code: /Sensitive\w*Detected|RiskDetection|PrivacyInformation/, kind: "format" },
    {
      code: /^(?:AccessDenied|AuthenticationError|OperationDenied\.\w+|Forbidden\.\w+)$/,
      unless: /not (?:activated|open)/i,
      kind: "auth",
    },
  ],
  scopes: { overloaded: "model" },
  zone: CHINA,
};

const XIAOMI: RuleTable = {
  providers: ["xiaomi", "mimo", "xiaomi-token-plan"],
  rules: [
    { code: /^(?:limitation|rate_limited)$/, kind: "rate_limit", scope: "account" },
    { code: /^content_filter$/, kind: "format" },
    { code: /^insufficient_balance$/, kind: "billing" },
  ],
  scopes: ACCOUNT,
  zone: CHINA,
};

const STEPFUN: RuleTable = {
  providers: ["stepfun", "stepfun-plan"],
  rules: [
    { code: /^request_limited$/, kind: "rate_limit", scope: "account" },
    { code: /^engine_overloaded$/, kind: "overloaded", scope: "provider" },
    { code: /^(?:insufficient_balance|quota_exceeded)$/, kind: "billing" },
    { code: /^censorship_blocked$/, kind: "format" },
  ],
  scopes: ACCOUNT,
  zone: CHINA,
};

const DEEPSEEK: RuleTable = {
  providers: ["deepseek"],
  rules: [{ text: /model not exist/i, kind: "model_not_found" }],
  scopes: { rate_limit: "account", overloaded: "provider" },
  zone: CHINA,
};

export const CHINA_TABLES: readonly RuleTable[] = [
  MOONSHOT,
  KIMI,
  MINIMAX,
  ZAI,
  QWEN,
  QIANFAN,
  ARK,
  XIAOMI,
  STEPFUN,
  DEEPSEEK,
];
