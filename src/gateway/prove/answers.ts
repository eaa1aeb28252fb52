// What the running gateway answers: every path, well asked and badly. No model is called, nothing is changed.
import { request } from "node:http";
import { request as requestSecurely } from "node:https";
import { messageOf } from "../../core/errors.ts";
import type { Secret } from "../../core/secret.ts";
import type { OutsideText } from "../../access/prove/prove.ts";
import type { Route } from "../route.ts";
import { ROUTES } from "../routes.ts";

export interface Question {
  readonly method: string;
  readonly path: string;
  /** with the gateway's secret */
  readonly asOperator: boolean;
  readonly body?: string;
  /** for people: what is wrong with it */
  readonly fault?: string;
}

const UNKNOWN_MODEL = "no-such-provider/no-such-model";

/** Enough for each of the wires to see what is asked. */
const CONTENT = {
  messages: [{ role: "user", content: "Hello." }],
  input: "Hello.",
  max_tokens: 1,
};

/** For each path: as it is meant, without the secret, and with faults that are found before a model is called. */
export const QUESTIONS: readonly Question[] = [
  ...ROUTES.flatMap(questionsOf),
  { method: "GET", path: "/no-such-path", asOperator: true },
  { method: "PATCH", path: "/v1/models", asOperator: true },
  { method: "GET", path: "/v1/models", asOperator: false, fault: "no secret" },
];

function questionsOf({ method, path: pattern }: Route): Question[] {
  const path = pattern.endsWith("/") ? `${pattern}${UNKNOWN_MODEL}` : pattern;
  const good = { method, path, asOperator: true };
  if (method === "GET") return [good];
  return [
    { ...good, body: "{", fault: "no JSON" },
    { ...good, body: "{}", fault: "empty" },
    { ...good, body: JSON.stringify({ model: UNKNOWN_MODEL, ...CONTENT }), fault: "unknown model" },
  ];
}

export interface Target {
  readonly url: string;
  readonly secret: Secret | undefined;
  readonly timeoutMs: number;
}

/** Status, headers and body, one after another. */
export async function* textsOfAnswers(target: Target): AsyncGenerator<OutsideText | string> {
  let isRefused = false;
  for (const question of QUESTIONS) {
    const { method, path, fault } = question;
    const named = `${method} ${path}${fault === undefined ? "" : ` (${fault})`}`;
    try {
      const { status, headers, body } = await ask(question, target);
      if (status === 401 && question.asOperator) isRefused = true;
      yield { place: { kind: "answer", request: named, part: "headers" }, bytes: Buffer.from(headers) };
      yield { place: { kind: "answer", request: named, part: "body" }, bytes: body };
    } catch (error) {
      yield `${named}: ${messageOf(error)}`;
    }
  }
  if (isRefused)
    yield "The gateway does not take the secret that is known here: of its answers, most were refusals.";
}

interface Answer {
  readonly status: number;
  readonly headers: string;
  readonly body: Uint8Array;
}

const MOST_BYTES = 16 * 1024 * 1024;

function ask(
  { method, path, body, asOperator }: Question,
  { url, secret, timeoutMs }: Target,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const send = url.startsWith("https:") ? requestSecurely : request;
  const headers = {
    ...(asOperator && secret ? { authorization: `Bearer ${secret.reveal()}` } : {}),
    ...(body === undefined ? {} : { "content-type": "application/json", "content-length": body.length }),
  };
  // Its certificate need not be for this address: it is this machine's own gateway.
  const options = { method, agent: false, rejectUnauthorized: false, headers };
  const asked = send(`${url}${path}`, options, (response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MOST_BYTES) asked.destroy(new Error("the answer does not end"));
    });
    const told = [String(response.statusCode), response.statusMessage, ...response.rawHeaders];
    response.on("end", () =>
      resolve({ status: response.statusCode ?? 0, headers: told.join("\n"), body: Buffer.concat(chunks) }),
    );
    response.on("error", reject);
  });
  const timer = setTimeout(() => asked.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  asked.on("error", reject).on("close", () => clearTimeout(timer));
  asked.end(body);
  return promise;
}
