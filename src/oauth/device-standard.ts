// RFC 8628 as it is served: GitHub says its errors with HTTP 200, others leave token_type out. A strict client
// (oauth4webapi) refuses both, so the answers are judged here.
import type { CallLimits, DeviceSettings, DeviceStart } from "./device-code.ts";
import { handleIn, judgedPoll, offerIn, startFault } from "./device-answer.ts";
import { callServer } from "./server-call.ts";

const GRANT = "urn:ietf:params:oauth:grant-type:device_code";

export async function startStandard(settings: DeviceSettings, limits: CallLimits): Promise<DeviceStart> {
  const { deviceUrl, tokenUrl, clientId, clientSecret, scopes = [] } = settings;
  const client = {
    client_id: clientId,
    ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
  };
  const fields = { ...client, ...(scopes.length > 0 ? { scope: scopes.join(" ") } : {}) };
  const answer = await callServer({ url: deviceUrl, fields, ...limits });
  const fault = startFault(answer, clientSecret === undefined ? [] : [clientSecret]);
  if (fault !== undefined || answer.kind === "failed") return { failed: fault! };
  const deviceCode = handleIn(answer.body!, "device_code");
  if (deviceCode === undefined) return { failed: "answered without a device code" };
  const offer = offerIn(answer.body!, settings);
  if ("failed" in offer) return offer;
  const asked = { ...client, grant_type: GRANT, device_code: deviceCode };
  const poll = async (each: CallLimits) =>
    judgedPoll(await callServer({ url: tokenUrl, fields: asked, ...each }), Object.values(asked));
  return { offer: { ...offer, poll } };
}
