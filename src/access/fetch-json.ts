// A JSON document from an address. Nothing of an answer that is none is repeated: it may hold what was sent.
import { boundedText, codeOf, networkWords } from "../wire/http-answer.ts";

export interface JsonCall {
  readonly url: string;
  /** name, value, name, value … */
  readonly headers: readonly string[];
  /** JSON to send by POST; without it, the call is a GET */
  readonly body?: string | undefined;
  /** A longer answer is none. */
  readonly mostBytes?: number;
  /** whole exchange */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface JsonFault {
  /** completes "<provider> …" */
  readonly failed: string;
  /** The credential was refused: another one may do. */
  readonly refused?: true;
  /** HTTP status, where there was an answer */
  readonly status?: number;
  /** Nobody listens there. */
  readonly absent?: true;
}

export type JsonAnswer = { readonly value: unknown } | JsonFault;

const MOST_BYTES = 8 * 1024 * 1024;

/** Never rejects. A redirect is not followed: the credential is meant for this address alone. */
export async function fetchJson(call: JsonCall): Promise<JsonAnswer> {
  const { url, headers, body, mostBytes = MOST_BYTES, timeoutMs, signal: stop } = call;
  const late = AbortSignal.timeout(timeoutMs);
  const signal = stop ? AbortSignal.any([stop, late]) : late;
  const pairs = Array.from({ length: headers.length / 2 }, (_, i): [string, string] => [
    headers[2 * i]!,
    headers[2 * i + 1]!,
  ]);
  try {
    const answer = await fetch(url, {
      ...(body === undefined ? {} : { method: "POST", body }),
      headers: [["accept", "application/json"], ...pairs],
      redirect: "manual",
      signal,
    });
    if (!answer.ok) {
      await answer.body?.cancel();
      return refusal(answer.status);
    }
    return decoded(await boundedText(answer, mostBytes));
  } catch (error) {
    return networkFault(error, timeoutMs);
  }
}

function refusal(status: number): JsonFault {
  const refused = status === 401 || status === 403 || status === 429;
  return { failed: `answered with HTTP ${status}`, status, ...(refused ? { refused } : {}) };
}

function decoded(text: string | undefined): JsonAnswer {
  if (text === undefined) return { failed: "answered with more than such an answer can be" };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { failed: "answered with something that is not JSON" };
  }
}

function networkFault(error: unknown, timeoutMs: number): JsonFault {
  const absent = codeOf(error) === "ECONNREFUSED";
  return { failed: networkWords(error, timeoutMs), ...(absent ? { absent } : {}) };
}
