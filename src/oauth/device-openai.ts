// OpenAI's form: the question brings an authorization code and its verifier, which become tokens in a second step.
import type { JsonObject } from "../core/json.ts";
import type { CallLimits, DevicePoll, DeviceSettings, DeviceStart } from "./device-code.ts";
import { endBy, handleIn, judgedPoll, offerIn, startFault } from "./device-answer.ts";
import type { ServerAnswer } from "./server-call.ts";
import { callServer, errorCode } from "./server-call.ts";

const PENDING = "deviceauth_authorization_pending";

export async function startOpenAi(settings: DeviceSettings, limits: CallLimits): Promise<DeviceStart> {
  const { deviceUrl, clientId } = settings;
  const answer = await callServer({
    url: deviceUrl,
    encoding: "json",
    fields: { client_id: clientId },
    ...limits,
  });
  if (answer.kind === "answer" && answer.status === 404)
    return { failed: "has no device login for this account: the workspace may have it switched off" };
  const fault = startFault(answer, []);
  if (fault !== undefined || answer.kind === "failed") return { failed: fault! };
  const id = handleIn(answer.body!, "device_auth_id");
  if (id === undefined) return { failed: "answered without the id of the login" };
  const offer = offerIn(answer.body!, settings);
  if ("failed" in offer) return offer;
  return { offer: { ...offer, poll: pollWith(settings, { device_auth_id: id, user_code: offer.userCode }) } };
}

type CodeGrant = Readonly<Record<"code" | "code_verifier", string>>;

/** A code that was brought is kept: it may be the exchange that finds nobody there. */
function pollWith(settings: DeviceSettings, asked: Readonly<Record<string, string>>) {
  let grant: CodeGrant | undefined;
  return async (limits: CallLimits): Promise<DevicePoll> => {
    if (!grant) {
      const url = settings.pollUrl ?? settings.tokenUrl;
      const answer = await callServer({ url, encoding: "json", fields: asked, ...limits });
      const step = approvalIn(answer, Object.values(asked));
      if ("kind" in step) return step;
      grant = step;
    }
    const fields = {
      grant_type: "authorization_code",
      client_id: settings.clientId,
      ...(settings.redirectUri === undefined ? {} : { redirect_uri: settings.redirectUri }),
      ...grant,
    };
    return judgedPoll(await callServer({ url: settings.tokenUrl, fields, ...limits }), Object.values(grant));
  };
}

/** Not yet, no more, or the code of a person who said yes. Exported for its tests. */
export function approvalIn(answer: ServerAnswer, sent: readonly string[]): CodeGrant | DevicePoll {
  if (answer.kind === "answer" && answer.status < 500 && answer.status !== 429) {
    const { status, body } = answer;
    const code = body && errorCode(body);
    const known = body && code !== undefined ? knownEnd(code, body, sent, status) : undefined;
    if (known) return known;
    if (status === 403 || status === 404) return { kind: "pending" };
    const grant = body && grantIn(body);
    if (status === 200 && grant) return grant;
    if (status === 200 && body && code === undefined)
      return { kind: "senseless", message: "answered without an authorization code" };
  }
  return judgedPoll(answer, sent);
}

/** The statuses of a login that waits carry error codes of many kinds: only those that say more count. */
function knownEnd(code: string, body: JsonObject, sent: readonly string[], status: number) {
  if (code === PENDING) return { kind: "pending" } as const;
  const end = endBy(code, body, sent, status);
  return end.kind === "refused" ? undefined : end;
}

function grantIn(body: JsonObject): CodeGrant | undefined {
  const code = handleIn(body, "authorization_code");
  const verifier = handleIn(body, "code_verifier");
  return code !== undefined && verifier !== undefined ? { code, code_verifier: verifier } : undefined;
}
