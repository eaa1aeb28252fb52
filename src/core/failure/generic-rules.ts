// Rules for every provider, after its own. Order follows the precedence of the error samples: money before
// status, busy before throttled, throttled before too long, words before the bare status.
import type { Rule } from "./rule.ts";

const PERIOD_OR_RESET =
  /\b(?:hourly|daily|weekly|monthly|\d+[- ]?h(?:ou)?rs?|per (?:hour|day|week|month)|billing period|rolling|window)\b|\breset|\btomorrow\b|try again|retry|usage limit|rate limit|spend(?:ing)? limit|temporar/i;
const MONEY_IS_GONE =
  /insufficient[ _-]?(?:\w+[ _]){0,3}?(?:balance|credit|fund)|credit balance|add (?:more )?credits|top[ -]?up|more credits|included credits|payment method|recharge|plans? (?:&|and) billing/i;

const BILLING = new RegExp(
  [
    "insufficient[ _-]?(?:\\w+[ _-]){0,4}?(?:balance|credits?|funds?|quota|tokens? balance)",
    "(?:credit|account|wallet|prepaid)s? balance",
    "balance[^.\\n]{0,30}(?:too low|insufficient|not enough|exhausted|negative|depleted|zero)",
    "(?:negative|low|no|zero)[ _](?:credit[ _])?balance",
    "not[ _]enough[ _](?:\\w+[ _])?(?:balance|credits?|funds?|money)|n't have (?:enough|any) (?:credits?|funds?)",
    "(?:out of|no|zero)(?: \\w+)? (?:credits?|funds|extra usage)\\b",
    "credits?[ _](?:\\w+ ){0,3}(?:expired|exhausted|depleted|used up|ran out|run out|insufficient|required)",
    "(?:used|exhausted|consumed|spent|exceeded|ran out of|run out of)(?: up)?[^.\\n]{0,30}\\bcredits?\\b",
    "(?:requires?|needs?|add|buy|purchase)\\b[^.\\n]{0,24}\\b(?:credits?|funds)\\b",
    "credits?[ _]?error|credit_balance|low credit",
    "payment[ _-]?(?:is )?(?:required|method|failed|needed|information)|unpaid|past[ _-]?due|past invoices",
    "billing[ _](?:error|hard[ _]limit|limit|not[ _]active|is not|issue|details|disabled|to be enabled|required)",
    "enable (?:\\S+ )?billing|billing (?:account )?(?:is )?(?:disabled|not enabled|inactive)",
    "overdue|arrear|in good standing|recharge|top[ -]?up (?:your|the)|please top up",
    "budget[ _](?:has been )?(?:exceeded|limit|exhausted)|exceeded[^.\\n]{0,24}budget|over budget",
    "(?:spend|spending|cost)[ _](?:limit|cap)|hard[ _]limit[ _]reached",
    "(?:no|not|without)[^.\\n]{0,40}\\b(?:active|valid)[^.\\n]{0,24}subscription",
    "subscription[^.\\n]{0,24}(?:expired|inactive|ended|cancel|lapsed|required|not active)|requires? an? (?:\\w+ )?subscription",
    "(?:free )?trial[^.\\n]{0,16}(?:ended|expired|over|used up)",
    "余额不足|欠费|充值|额度不足",
  ].join("|"),
  "i",
);

const DEAD = "revoked|deactivated|suspended|banned|terminated|disabled|blocked|locked|restricted|deleted";
const HOLDER =
  "account|organi[sz]ation|workspace|api[ _-]?key|key|token|user|consumer|team|project|credential|tenant|subscription";
const PERMANENT = new RegExp(
  [
    `\\b(?:${HOLDER})s?\\b[^.\\n]{0,50}\\b(?:has|have|was|is|been|were|are|got)\\b[^.\\n]{0,24}\\b(?:${DEAD})\\b`,
    `(?:${HOLDER})s?[ _](?:${DEAD})\\b|\\bstate: ?(?:${DEAD})`,
    `\\b(?:${DEAD})[ _](?:${HOLDER})`,
    "reported as leaked|leaked (?:api )?key|账号已(?:被)?(?:封禁|禁用)",
  ].join("|"),
  "i",
);
/** A switched-off API or feature, which its owner can switch on, is not a dead account. */
const NOT_PERMANENT =
  /has not been used in project|api (?:is|has been) disabled|feature|model[^.\n]{0,30}(?:disabled|restricted|blocked)|ip address|temporarily/i;

const BUSY =
  /overload|(?:at|over|beyond|no|out of|insufficient)[ _](?:\w+[ _])?capacity\b|capacity[ _](?:is |has been |was )?(?:exceeded|exhausted|full|reached|unavailable|constraint)|(?:too|currently|is|are|server|service|system|model|engine|provider)[ _]busy|high (?:traffic|demand|load|volume)|heavy (?:traffic|load)|queue[ _](?:is )?(?:full|exceeded|size)|no (?:\w+ )?(?:instances?|workers?|replicas?|upstream|servers?)\b[^.\n]{0,20}(?:available|ready|healthy)?|not ready yet|(?:is|still|currently) (?:loading|starting|warming)|繁忙|过载|负载/i;

const THROTTLED = new RegExp(
  [
    "throttl|model_cooldown|rate[ _-]?limit|ratelimit|rate (?:is )?(?:exceeded|increasing)|call rate",
    "too[ _-]?many[ _-]?(?:\\w+[ _-]){0,2}requests|too frequent|too (?:quickly|fast)|slow[ _]down",
    "(?:concurren\\w*|parallel)[ _](?:\\w+[ _]){0,3}(?:limit|quota|exceed|reached|requests)",
    "max\\w* (?:\\w+ ){0,2}(?:concurren|parallel|rpm|tpm|rpd)|high (?:concurrency|frequency)",
    "(?:requests?|tokens?|queries|calls?)[ _]per[ _](?:second|sec|minute|min|hour|day|month)|per-minute",
    "\\b(?:rpm|tpm|rpd|tpd|qps|tps|rps)\\b",
    "quotas?[ _]?(?:has been |was |is |limit |limits )?(?:exceeded|exhausted|reached|used up|limit)",
    "(?:exceed\\w*|exhausted|out of|reached|hit|over)\\b[^.\\n]{0,50}\\bquota",
    "resource[ _]?(?:has been )?exhausted",
    "usage[ _-]?(?:limit|cap)|limit[ _]requests|request[ _]limit|call limit",
    "(?:hourly|daily|weekly|monthly|session|\\d+[- ]?hour|5h)\\b[^.\\n]{0,30}\\b(?:limit|quota|allocation|allowance)",
    "(?:limit|plan)[^.\\n]{0,20}(?:resets?|refresh\\w*|replenish\\w*)\\b",
    "频繁|限流|限速|并发|速率|配额",
  ].join("|"),
  "i",
);

const TOO_LONG = new RegExp(
  [
    "context[ _-]?(?:length|window|size|limit)[^\\n]{0,60}(?:exceed|too|larger|longer|limit|is \\d|smaller|overflow)|exceed\\w*[^\\n]{0,60}context",
    "max(?:imum)?[ _](?:model )?context|context[ _](?:length[ _]exceeded|overflow|window[ _]exceeded)|context is too long",
    "(?:than|of) the (?:model's )?context (?:length|window|size)",
    "(?:prompt|input|context|conversation|messages?|request|body|payload|entity|text)s?\\b(?: \\w+){0,6} too (?:long|large|big)",
    "(?:prompt|input|tokens?|characters?|context|messages?|request|payload)s?[ _]too[ _](?:long|large|many)|too long for|payload_too_large",
    "too many (?:input |prompt |total )?tokens",
    "(?:tokens?|token count|input|prompt|request|body|payload|characters?)\\b[^\\n]{0,80}\\b(?:exceeds?|exceeded|longer than|greater than|larger than|surpass\\w*|over)\\b[^\\n]{0,60}\\b(?:limit|max\\w*|context|length|size|window|allowed)",
    "max(?:imum)?[ _](?:allowed )?(?:prompt|input|request|sequence|message)[ _](?:length|size|tokens?|characters?)|max input",
    "max(?:imum)? number of (?:input )?tokens|max[ _](?:prompt|message|input)[ _]tokens|tokens must be (?:less|fewer)",
    "range of input length|input length|reduce the length of|model[ _]token limit",
    "上下文(?:长度|过长|超)|超出[^\\n]{0,12}长度|(?:输入|提示)[^\\n]{0,8}过长",
  ].join("|"),
  "i",
);
/** The answer's length, a picture or a file is not the conversation's length. */
const NOT_TOO_LONG =
  /max(?:_completion|_output)?_tokens (?:is|must be|should be|value)|max_tokens[^\n]{0,20}too large|image (?:exceeds|is too large)|string too long/i;

const NO_MODEL = new RegExp(
  [
    "model[ _.]?(?:not[ _]?(?:found|exist\\w*|supported|available|open\\w*)|notfound|notopen|decommissioned|deprecated|unavailable)",
    "(?:unknown|invalid|no such|nonexistent|unrecognized)[ _](?:model|deployment|engine)\\b(?! (?:param|arg|input|output|config))",
    "(?:model|deployment|endpoint)s?\\b[^\\n]{0,120}(?:does not exist|doesn't exist|not exist|(?:not|n't) (?:be )?found|is not (?:currently )?(?:supported|available|enabled|valid)|not (?:supported|available) (?:for|on|in|by)|no longer (?:supported|available)|has been (?:deprecated|decommissioned|retired|removed|discontinued)|is (?:deprecated|retired|invalid|unknown|not a valid)|not activated)",
    "not a valid model|no endpoints found|unable to access model|no allowed providers|model (?:name|id|identifier|code)[^\\n]{0,40}(?:invalid|not valid)",
    "(?:not|n't) (?:yet )?(?:have|include|grant) access to (?:the |this )?(?:\\w+ )?model|not activated the model",
    "deployment[ _]?not[ _]?found|(?:pull|download) (?:the model|it) first|try pulling",
    "模型不存在|模型未开通",
  ].join("|"),
  "i",
);
/** A model that lacks a feature exists; what was asked of it is at fault. */
const LACKS_FEATURE =
  /(?:parameter|value|feature|field|tools?|temperature|image|streaming|reasoning\w*|thinking|response_format)\b[^\n]{0,60}(?:not supported|unsupported)|does not support|unsupported (?:parameter|value|content)/i;

const POLICY =
  /content[ _-]?(?:filter|policy|management|moderation|blocked)|moderation|flagged|unsafe|inappropriate|sensitive (?:content|information|word)|sensitive[A-Z]\w+|\bsafety[_ ]|violat\w+[^\n]{0,30}(?:guideline|polic|terms)|censor|high risk|usage polic(?:y|ies)|responsibleai|data_?inspection|prohibited|harmful|内容(?:安全|违规)|敏感/i;

const PAYLOAD =
  /invalid[ _]?(?:json|schema|param\w*|type|request|argument|value|function|input|tool)|bad[ _]?request|unprocessable|unsupported[ _](?:parameter|value)|unknown (?:parameter|field)|extra inputs|field required|tool_?(?:use|call|result)|deserialize|malformed|validation|schema|does not support|参数/i;

const KEY =
  "(?:api|access|secret|subscription|auth\\w*)[ _-]?(?:key|token|header)|bearer|x-api-key|credentials?";
const LOGIN = new RegExp(
  [
    `(?:invalid|incorrect|wrong|missing|expired|malformed|bad|unknown|no|not valid|provide)\\b[^.\\n]{0,30}\\b(?:${KEY})`,
    `(?:${KEY}|\\btoken)\\b[^.\\n]{0,50}(?:not valid|invalid|not found|expired|missing|required|incorrect|not provided|malformed|not authorized|only authorized)`,
    "invalid_?(?:api_?key|token|auth\\w*|iam_token)|wrong_api_key|expired_?token|token_expired|auth_?error",
    "authentication|unauthenticated|unauthori[sz]ed|not authorized|not logged in|re-?authenticate",
    "permission[ _]?denied|insufficient[ _](?:\\w+ )?(?:permissions?|scopes?|privilege)|access[ _]?denied|\\bforbidden\\b|missing scope",
    "/login\\b|(?:please|need to|must) (?:log|sign|run \\S*login)|sign(?:ing)? in again|default credentials|invalid_grant|login required",
    "鉴权|认证失败|无权限|未授权|密钥",
  ].join("|"),
  "i",
);

const GEOGRAPHY =
  /(?:country|region|territory|location)\b[^.\n]{0,40}(?:not|un)[ _-]?(?:supported|available|allowed)|unsupported_(?:country|region|location)|not available in your (?:country|region|location)/i;

const TIMED_OUT = /time[ds]?[ _-]?out|deadline[ _]?exceeded|took too long|超时/i;
const CUT_OFF =
  /\bE(?:CONN\w+|TIMEDOUT|AI_AGAIN|NOTFOUND|PIPE|HOSTUNREACH|NETUNREACH|PROTO)\b|UND_ERR|socket (?:hang up|closed)|fetch failed|network (?:error|connection|request failed)|connection (?:error|reset|refused|closed|aborted|lost|terminated)|stream (?:ended|closed|disconnected|error|was reset|interrupted)|premature(?:ly)?|other side closed|\breason: ?(?:error|abort\w*|network_error|malformed_response)\b|^an unknown error occurred\.?$|without sending (?:any )?chunks|incomplete (?:chunked|response)|upstream connect error/im;
const BROKEN =
  /internal[ _]?(?:server[ _]?)?(?:error|exception)|server[ _]?error|\bapi_error\b|bad gateway|backend error|unexpected error|an error (?:has )?occurr?ed while processing|had an error|system error|内部错误/i;

const REFUSED = [400, 403, 404, 409, 410, 412, 413, 421, 422, 424, 451, undefined] as const;
const FAULTY = [500, 501, 502, 503, 504, 507, 508, undefined] as const;

export const GENERIC_RULES: readonly Rule[] = [
  { status: [402], text: PERIOD_OR_RESET, unless: MONEY_IS_GONE, kind: "rate_limit", scope: "account" },
  { text: BILLING, kind: "billing" },
  { text: PERMANENT, unless: NOT_PERMANENT, kind: "auth_permanent" },
  { text: GEOGRAPHY, kind: "auth", scope: "provider" },
  { text: BUSY, kind: "overloaded" },
  { text: THROTTLED, kind: "rate_limit" },
  { status: [429], kind: "rate_limit" },
  { status: [...REFUSED, 401, 431, 500], text: TOO_LONG, unless: NOT_TOO_LONG, kind: "context_overflow" },
  { status: [402], kind: "billing" },
  {
    status: [400, 403, 404, 409, 410, 412, 422, undefined],
    text: NO_MODEL,
    unless: LACKS_FEATURE,
    kind: "model_not_found",
  },
  { status: [...REFUSED, 500], text: POLICY, kind: "format" },
  { status: [...REFUSED, ...FAULTY, 401], text: LOGIN, kind: "auth" },
  { status: [...FAULTY, 408], text: TIMED_OUT, kind: "timeout" },
  { status: [undefined], text: CUT_OFF, kind: "timeout" },
  { status: [undefined], text: BROKEN, kind: "server_error" },
  // A bare 503 is a busy provider; one that calls itself broken is believed (gateway spec §5).
  { status: [503], code: /^server_error$/, kind: "server_error" },
  { status: [undefined], text: PAYLOAD, kind: "format" },
];

/** What a status means when nothing else tells. Others from 500 on are a server's fault. */
export const STATUS_RULES: readonly Rule[] = [
  { status: [400, 405, 406, 411, 414, 415, 416, 417, 421, 422, 426, 428, 451], kind: "format" },
  { status: [401, 403, 407, 440, 498], kind: "auth" },
  { status: [404, 410], kind: "model_not_found" },
  { status: [408, 499, 504, 522, 524, 598, 599], kind: "timeout" },
  { status: [413, 431], kind: "context_overflow" },
  { status: [425, 503, 529], kind: "overloaded" },
  { status: [409, 424], kind: "server_error" },
];
