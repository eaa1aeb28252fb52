// Reads what an upstream answer shows: status, machine words, messages, reset fields. Bounded work, never throws.
import type { UpstreamAnswer } from "./failure.ts";

export interface Evidence {
  /** HTTP status from 400 on; inside a 200 or a bare text, the one the error names. */
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Machine words: codes, types, reasons, exception names. */
  readonly codes: readonly string[];
  /** Sentences for people, in the order found. */
  readonly messages: readonly string[];
  /** Messages, then codes, one a line. */
  readonly text: string;
  /** Fields that name a time: lower-case name and value. */
  readonly times: readonly (readonly [name: string, value: string | number])[];
}

const LONGEST_TEXT = 4_000;
const LONGEST_JSON = 64_000;
const DEEPEST = 8;
const MOST_NODES = 300;

const CODE_FIELD =
  /^(?:code|type|status|reason|__type|error_?code|err_?code|status_code|quotaid|error|name)$/i;
const TEXT_FIELD =
  /^(?:message|msg|detail|details|error|errors|title|error_description|error_message|errormessage|status_msg|description|raw|reason|userfacingmessage)$/i;
const TIME_FIELD =
  /^(?:x-ratelimit-reset.*|.*reset.*|retry[-_]?(?:after|delay|in).*|.*(?:retry_after|cooldown).*)$/i;
/** An exception as a field name, as event streams frame it: `throttlingException`. */
const EXCEPTION_FIELD = /(?:Exception|Error)$/;
const MACHINE_WORD = /^[\w.\-:#]+$/;

interface Findings {
  readonly codes: Set<string>;
  readonly messages: Set<string>;
  readonly times: (readonly [string, string | number])[];
  nodes: number;
}

export function evidenceOf(answer: UpstreamAnswer): Evidence {
  const found: Findings = { codes: new Set(), messages: new Set(), times: [], nodes: 0 };
  const headers = answer.headers ?? {};
  collect(parsed(answer.body), "message", 0, found);
  const errorType = headers["x-amzn-errortype"];
  if (typeof errorType === "string") addCode(errorType.split(":")[0]!, found);
  const codes = [...found.codes];
  const messages = [...found.messages];
  const text = [...messages, ...codes].join("\n").slice(0, 2 * LONGEST_TEXT);
  return { status: statusOf(answer, codes, messages), headers, codes, messages, text, times: found.times };
}

/** Text that is or ends in a JSON object, as SDKs print it, is read as that object too. */
function parsed(body: unknown): unknown {
  if (typeof body !== "string" || body.length > LONGEST_JSON) return body;
  const start = body.indexOf("{");
  if (start === -1) return body;
  try {
    const value: unknown = JSON.parse(body.slice(start));
    return start === 0 ? value : [body.slice(0, start), value];
  } catch {
    return body;
  }
}

function collect(value: unknown, field: string, depth: number, found: Findings): void {
  if (depth > DEEPEST || ++found.nodes > MOST_NODES || value === null) return;
  if (typeof value === "string" || typeof value === "number") return addField(field, value, found);
  if (Array.isArray(value)) {
    for (const item of value.slice(0, 50)) collect(item, field, depth + 1, found);
    return;
  }
  if (typeof value !== "object") return;
  for (const name in value) {
    if (found.nodes > MOST_NODES) return;
    const inner = (value as Record<string, unknown>)[name];
    if (EXCEPTION_FIELD.test(name) && typeof inner === "object") addCode(name, found);
    collect(inner, name, depth + 1, found);
  }
}

function addField(field: string, value: string | number, found: Findings): void {
  if (TIME_FIELD.test(field)) found.times.push([field.toLowerCase(), value]);
  if (CODE_FIELD.test(field)) addCode(String(value).slice(0, 200), found);
  if (typeof value === "string" && TEXT_FIELD.test(field)) addMessage(value, found);
}

function addCode(code: string, found: Findings): void {
  const word = code.trim();
  if (word === "" || word === "None" || word === "error") return;
  if (MACHINE_WORD.test(word)) found.codes.add(word.replace(/^.*#/, ""));
  else addMessage(word, found);
}

/** A long text keeps its head and its end: the telling words stand at either. */
function addMessage(message: string, found: Findings): void {
  const half = LONGEST_TEXT / 2;
  const text = message.length > LONGEST_TEXT ? `${message.slice(0, half)}\n${message.slice(-half)}` : message;
  const words = text.trim();
  if (words !== "") found.messages.add(words);
}

const STATUS_IN_TEXT = /(?:^|\b(?:status(?: code)?|http|code|error)\b[ :=(]{1,3})([45]\d\d)\b/i;

function statusOf(answer: UpstreamAnswer, codes: readonly string[], messages: readonly string[]) {
  if (answer.status !== undefined && answer.status >= 400) return answer.status;
  const named = codes.find((code) => /^[45]\d\d$/.test(code)) ?? STATUS_IN_TEXT.exec(messages[0] ?? "")?.[1];
  return named === undefined ? undefined : Number(named);
}

/** Text that looks like a credential: some upstreams repeat the key they refuse. */
const SECRET_LIKE =
  /\b(?:Bearer\s+[\w.~+/-]{8,}|(?:sk|pk|rk|gsk|xai|nvapi|hf|fw|csk|cpk|tgp|vck|syn|tp|ghu|gho|ghp|AIza|ya29|eyJ|AKIA|ABSK|bce)[\w.-]{16,}=*)/g;
// oxlint-disable-next-line no-control-regex -- control characters are what it removes
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e]+/g;

/** The upstream's words as one line for people: at most 300 characters, no control characters, no keys. */
export function messageLine({ messages, codes }: Evidence, status: number | undefined): string {
  const words =
    messages[0] ?? codes[0] ?? (status === undefined ? "no answer" : `HTTP ${status}, no message`);
  const line = words.slice(0, 2_000).replace(CONTROL, " ").replace(SECRET_LIKE, "[secret]");
  const short = line.replace(/\s+/g, " ").trim();
  return short.length > 300 ? `${short.slice(0, 299)}…` : short;
}
