// Who this gateway is, for clients that tell gateways apart: the device key that OpenClaw left in the state dir, else
// one of this process. Nothing is written for a question.
import { createHash, createPublicKey, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseObject } from "../../core/json.ts";

export interface GatewayIdentity {
  /** SHA-256 of the key */
  readonly deviceId: string;
  /** Ed25519, 32 bytes as base64url */
  readonly publicKey: string;
}

const KEY_BYTES = 32;

export function gatewayIdentity(stateDir: string): GatewayIdentity {
  const key =
    storedKey(join(stateDir, "identity", "device.json")) ?? generateKeyPairSync("ed25519").publicKey;
  const raw = key.export({ type: "spki", format: "der" }).subarray(-KEY_BYTES);
  return { deviceId: createHash("sha256").update(raw).digest("hex"), publicKey: raw.toString("base64url") };
}

function storedKey(file: string): KeyObject | undefined {
  try {
    const pem = parseObject(readFileSync(file, "utf8"))?.["publicKeyPem"];
    const key = createPublicKey(String(pem));
    return key.asymmetricKeyType === "ed25519" ? key : undefined;
  } catch {
    return undefined;
  }
}
