// One small exchange with a login server: fields out, at most one bounded JSON object back. What it means is for
// others to judge.
import type { JsonObject } from "../core/json.ts";
import { isObject, parseObject } from "../core/json.ts";
import { boundedText, networkWords } from "../wire/http-answer.ts";

export interface ServerCall {
  readonly url: string;
  /** of a POST; without them it is a GET */
  readonly fields?: Readonly<Record<string, string>>;
  /** of the fields */
  readonly encoding?: "form" | "json";
  readonly headers?: Readonly<Record<string, string>>;
  /** whole exchange */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export type ServerAnswer =
  | {
      readonly kind: "answer";
      readonly status: number;
      /** lower-case names */
      readonly headers: Readonly<Record<string, string>>;
      /** `undefined`: something that is not a JSON object */
      readonly body: JsonObject | undefined;
    }
  /** `message` completes "The login server …". */
  | { readonly kind: "failed"; readonly message: string };

/** Shorter than the term after which a lease may be taken over (store/lease.ts). */
const TIMEOUT_MS = 30_000;
const MOST_BYTES = 256 * 1024;

/** Never rejects. A redirect is not followed: what is sent is meant for this address alone. */
export async function callServer(call: ServerCall): Promise<ServerAnswer> {
  const { url, signal: left, timeoutMs = TIMEOUT_MS } = call;
  const late = AbortSignal.timeout(timeoutMs);
  const signal = left ? AbortSignal.any([left, late]) : late;
  try {
    const answer = await fetch(url, { ...requestOf(call), redirect: "manual", signal });
    const text = await boundedText(answer, MOST_BYTES);
    if (text === undefined) return { kind: "failed", message: "answered with more than an answer can be" };
    const headers = Object.fromEntries(answer.headers);
    return { kind: "answer", status: answer.status, headers, body: parseObject(text) };
  } catch (error) {
    return { kind: "failed", message: networkWords(error, timeoutMs) };
  }
}

function requestOf({ fields, encoding = "form", headers }: ServerCall) {
  const accept = { accept: "application/json", ...headers };
  if (!fields) return { headers: accept };
  const json = encoding === "json";
  return {
    method: "POST",
    headers: { ...accept, "content-type": json ? "application/json" : "application/x-www-form-urlencoded" },
    body: json ? JSON.stringify(fields) : new URLSearchParams(fields).toString(),
  };
}

/** `{"error": "code"}`, `{"error": {"code": "…"}}` or `{"status": "error"}`, as some write it. */
export function errorCode(body: JsonObject): string | undefined {
  const { error } = body;
  if (typeof error === "string" && error !== "") return error;
  if (!isObject(error)) return body["status"] === "error" ? "error" : undefined;
  const code = error["code"] ?? error["type"];
  return typeof code === "string" && code !== "" ? code : "error";
}
