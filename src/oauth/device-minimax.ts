// MiniMax's form: the user code itself is asked about, with a PKCE verifier; `status` says how it stands.
import { calculatePKCECodeChallenge, generateRandomCodeVerifier, generateRandomState } from "oauth4webapi";
import { isObject } from "../core/json.ts";
import { endOfTokens } from "../core/refresh.ts";
import type { CallLimits, DevicePoll, DeviceSettings, DeviceStart } from "./device-code.ts";
import { judgedPoll, offerIn, startFault } from "./device-answer.ts";
import type { ServerAnswer } from "./server-call.ts";
import { callServer } from "./server-call.ts";
import { withoutSecrets } from "./token-endpoint.ts";

const GRANT = "urn:ietf:params:oauth:grant-type:user_code";

export async function startMiniMax(settings: DeviceSettings, limits: CallLimits): Promise<DeviceStart> {
  const verifier = generateRandomCodeVerifier();
  const state = generateRandomState();
  const fields = {
    response_type: "code",
    client_id: settings.clientId,
    scope: (settings.scopes ?? []).join(" "),
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
  };
  const answer = await callServer({ url: settings.deviceUrl, fields, ...limits });
  const fault = refusalIn(answer, [verifier]) ?? startFault(answer, [verifier]);
  if (fault !== undefined || answer.kind === "failed") return { failed: fault! };
  if (answer.body!["state"] !== state)
    return { failed: "answered a question that was not asked (wrong state)" };
  const offer = offerIn(answer.body!, settings);
  if ("failed" in offer) return offer;
  const asked = {
    grant_type: GRANT,
    client_id: settings.clientId,
    user_code: offer.userCode,
    code_verifier: verifier,
  };
  const poll = async (each: CallLimits) =>
    statusIn(await callServer({ url: settings.tokenUrl, fields: asked, ...each }), [verifier], Date.now());
  return { offer: { ...offer, poll } };
}

/** Exported for its tests. */
export function statusIn(answer: ServerAnswer, sent: readonly string[], now: number): DevicePoll {
  if (answer.kind === "failed" || !answer.body || answer.status >= 500) return judgedPoll(answer, sent);
  const { status } = answer.body;
  if (status === "success") return inStandardWords(judgedPoll(answer, sent), now);
  const refusal = refusalIn(answer, sent);
  if (refusal !== undefined) return { kind: "refused", message: refusal };
  return typeof status === "string" ? { kind: "pending" } : judgedPoll(answer, sent);
}

function inStandardWords(poll: DevicePoll, now: number): DevicePoll {
  if (poll.kind !== "tokens" || poll.answer["expired_in"] === undefined) return poll;
  const seconds = Math.floor((endOfTokens(poll.answer["expired_in"], now) - now) / 1000);
  return { kind: "tokens", answer: { ...poll.answer, expires_in: seconds } };
}

/** Completes "The login server …". */
function refusalIn(answer: ServerAnswer, sent: readonly string[]): string | undefined {
  if (answer.kind === "failed" || answer.body?.["status"] !== "error") return undefined;
  const reason = answer.body["base_resp"];
  const words = isObject(reason) ? reason["status_msg"] : undefined;
  return typeof words === "string" && words !== "" ? `refused (${withoutSecrets(words, sent)})` : "refused";
}
