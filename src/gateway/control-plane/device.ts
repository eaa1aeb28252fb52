// A device proves by its key that it is the one it says (gateway spec §4, "Device identity"). Pure but for the
// arithmetic of node:crypto.
import { createHash, createPublicKey, verify } from "node:crypto";
import type { ConnectParams, DeviceProof } from "./connect-params.ts";
import type { ErrorShape } from "./protocol.ts";
import { invalid } from "./protocol.ts";

/** How far a client's clock may be off: the nonce says already that the signature is new. */
const MOST_SKEW_MS = 10 * 60_000;
const KEY_BYTES = 32;
/** What stands before the raw key in its DER form. */
const DER_HEAD = Buffer.from("302a300506032b6570032100", "hex");

/** `undefined` when the proof holds. */
export function deviceFault(
  params: ConnectParams,
  device: DeviceProof,
  nonce: string,
  now: number,
): ErrorShape | undefined {
  const key = Buffer.from(device.publicKey, "base64url");
  if (createHash("sha256").update(key).digest("hex") !== device.id)
    return fault("device identity mismatch", "DEVICE_ID_MISMATCH", "device-id-mismatch");
  if (key.length !== KEY_BYTES)
    return fault("device public key invalid", "PUBLIC_KEY_INVALID", "device-public-key");
  if (device.nonce !== nonce)
    return fault("device nonce mismatch", "NONCE_MISMATCH", "device-nonce-mismatch");
  if (!(Math.abs(device.signedAt - now) <= MOST_SKEW_MS))
    return fault("device signature expired", "SIGNATURE_EXPIRED", "device-signature-stale");
  const signature = Buffer.from(device.signature, "base64url");
  const isSigned = signedTexts(params, device).some((text) => isSignedBy(key, text, signature));
  return isSigned ? undefined : fault("device signature invalid", "SIGNATURE_INVALID", "device-signature");
}

const fault = (message: string, code: string, reason: string): ErrorShape =>
  invalid(message, { code: `DEVICE_AUTH_${code}`, reason });

/** The newer form first. */
function signedTexts({ client, role, scopes, auth }: ConnectParams, device: DeviceProof): string[] {
  const { id, signedAt, nonce } = device;
  const token = auth?.token ?? auth?.deviceToken ?? auth?.bootstrapToken ?? "";
  const parts = [id, client.id, client.mode, role, scopes.join(","), signedAt, token, nonce];
  const family = (client.deviceFamily ?? "").trim().toLowerCase();
  return [
    ["v3", ...parts, client.platform.trim().toLowerCase(), family].join("|"),
    ["v2", ...parts].join("|"),
  ];
}

function isSignedBy(key: Buffer, text: string, signature: Buffer): boolean {
  try {
    const publicKey = createPublicKey({ key: Buffer.concat([DER_HEAD, key]), format: "der", type: "spki" });
    return verify(null, Buffer.from(text), publicKey, signature);
  } catch {
    return false;
  }
}
