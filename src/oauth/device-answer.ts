// What the answers of all forms of a device login have in common. Pure.
import type { JsonObject } from "../core/json.ts";
import { numberIn } from "../core/json.ts";
import { endOfTokens } from "../core/refresh.ts";
import type { DeviceOffer, DevicePoll, DeviceSettings } from "./device-code.ts";
import type { ServerAnswer } from "./server-call.ts";
import { errorCode } from "./server-call.ts";
import { isToken, withoutSecrets } from "./token-endpoint.ts";

const USUAL_INTERVAL_S = 5;
const USUAL_LIFETIME_S = 900;
const SHORTEST_INTERVAL_MS = 1000;
const LONGEST_INTERVAL_MS = 60_000;
const SHORTEST_LIFETIME_MS = 1000;
const LONGEST_LIFETIME_MS = 60 * 60_000;
/** As people can type it. */
const LONGEST_CODE = 64;

/** What to show the person; a sentence's end when the answer has nothing that could be shown. */
export function offerIn(
  body: JsonObject,
  settings: DeviceSettings,
  now = Date.now(),
): Omit<DeviceOffer, "poll"> | { readonly failed: string } {
  const userCode = body["user_code"] ?? body["usercode"];
  if (typeof userCode !== "string" || userCode.length > LONGEST_CODE || !isShowable(userCode))
    return { failed: "answered without a code that can be shown" };
  const verificationUri =
    webAddress(body["verification_uri"] ?? body["verification_url"]) ?? webAddress(settings.verificationUrl);
  if (verificationUri === undefined) return { failed: "answered without an address that a browser can open" };
  const completeUri = webAddress(body["verification_uri_complete"]);
  return {
    userCode,
    verificationUri,
    ...(completeUri === undefined ? {} : { completeUri }),
    intervalMs: intervalMs(body["interval"]) ?? (settings.intervalSeconds ?? USUAL_INTERVAL_S) * 1000,
    lifetimeMs: lifetimeMs(body["expires_in"] ?? body["expired_in"], settings, now),
  };
}

const isShowable = (text: string): boolean => /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(text);

/** Serialised anew: what steers a terminal is percent-encoded in it. */
function webAddress(text: unknown): string | undefined {
  if (typeof text !== "string" || text.length > 2048) return undefined;
  const url = URL.parse(text);
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) return undefined;
  // Whose name stands before an @ is not who is asked.
  return url.username === "" && url.password === "" ? url.href : undefined;
}

/** OpenAI sends text; MiniMax may send ms. */
export function intervalMs(interval: unknown): number | undefined {
  const given = typeof interval === "string" || typeof interval === "number" ? Number(interval) : Number.NaN;
  if (!(given >= 0)) return undefined;
  const ms = given >= 500 ? given : given * 1000;
  return Math.min(LONGEST_INTERVAL_MS, Math.max(SHORTEST_INTERVAL_MS, ms));
}

function lifetimeMs(
  expiresIn: unknown,
  { lifetimeSeconds = USUAL_LIFETIME_S }: DeviceSettings,
  now: number,
): number {
  const given = numberIn(expiresIn);
  const ms = given > 0 ? endOfTokens(given, now) - now : lifetimeSeconds * 1000;
  return Math.min(LONGEST_LIFETIME_MS, Math.max(SHORTEST_LIFETIME_MS, ms));
}

const ENDS: Readonly<Record<string, DevicePoll>> = {
  authorization_pending: { kind: "pending" },
  access_denied: { kind: "denied" },
  authorization_denied: { kind: "denied" },
  expired_token: { kind: "expired" },
};

/** What a token endpoint says of a device code. Some say it with HTTP 200. */
export function judgedPoll(answer: ServerAnswer, sent: readonly string[]): DevicePoll {
  if (answer.kind === "failed") return unanswered(answer.message);
  const { status, body } = answer;
  if (status === 429 || status >= 500)
    return { kind: "unreachable", message: `answered with HTTP ${status}` };
  if (!body)
    return { kind: "senseless", message: `answered with HTTP ${status} and something that is not JSON` };
  const code = errorCode(body);
  if (code !== undefined) return endBy(code, body, sent, status);
  if (status >= 200 && status < 300 && isToken(body["access_token"])) return { kind: "tokens", answer: body };
  const what =
    status < 300 ? "answered without an access token that can be sent" : `answered with HTTP ${status}`;
  return { kind: "senseless", message: what };
}

/** Too much of an answer is one that means nothing. */
const unanswered = (message: string): DevicePoll => ({
  kind: message.startsWith("answered") ? "senseless" : "unreachable",
  message,
});

export function endBy(code: string, body: JsonObject, sent: readonly string[], status: number): DevicePoll {
  if (code === "slow_down") {
    const least = intervalMs(body["interval"]);
    return { kind: "slow_down", ...(least === undefined ? {} : { intervalMs: least }) };
  }
  if (Object.hasOwn(ENDS, code)) return ENDS[code]!;
  return { kind: "refused", message: `refused with HTTP ${status} (${withoutSecrets(code, sent)})` };
}

/** Why there is no code to show; completes "The login server …". */
export function startFault(answer: ServerAnswer, sent: readonly string[]): string | undefined {
  if (answer.kind === "failed") return answer.message;
  const { status, body } = answer;
  const code = body && errorCode(body);
  if (code !== undefined) return `refused with HTTP ${status} (${withoutSecrets(code, sent)})`;
  if (!body) return `answered with HTTP ${status} and something that is not JSON`;
  return status >= 200 && status < 300 ? undefined : `answered with HTTP ${status}`;
}

/** What is sent back to the server, and names the login there. */
export const handleIn = (body: JsonObject, name: string): string | undefined =>
  isToken(body[name]) ? body[name] : undefined;
