// Sealing one value: AES-256-GCM with a nonce of its own, bound to its place, so that no two can be swapped.
import type { KeyObject } from "node:crypto";
import { AccessError } from "../../core/errors.ts";

/** Asked for, not imported: who reads no secret does not load it. */
export const crypto = () => process.getBuiltinModule("node:crypto");

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ID_BYTES = 9;

/** Where a sealed value belongs: agent, profile and field, or what stands for them. */
export type Place = readonly [agent: string, id: string, field: string];

/** A key in memory. It prints as nothing. */
export class SealKey {
  /** Stands for the key without showing it: whoever has a key can tell whether it is the right one. */
  readonly id: string;
  readonly #bytes: Buffer;
  /** Node takes five times as long with the bytes of a key. */
  readonly #cipherKey: KeyObject;

  constructor(bytes: Buffer) {
    if (bytes.length !== KEY_BYTES)
      throw new AccessError("internal", "A sealing key has 32 bytes. Report this.");
    this.#bytes = bytes;
    const derive = (what: string) => crypto().createHmac("sha256", bytes).update(what).digest();
    this.id = derive("openclaw-access seal: id").subarray(0, ID_BYTES).toString("base64url");
    this.#cipherKey = crypto().createSecretKey(derive("openclaw-access seal: aes-256-gcm"));
  }

  static random(): SealKey {
    return new SealKey(crypto().randomBytes(KEY_BYTES));
  }

  /** For the key file, and for handing it over under another key. */
  export(): string {
    return this.#bytes.toString("base64url");
  }

  /** `<key id>.<nonce, ciphertext and tag>` */
  seal(text: string, place: Place): string {
    const nonce = crypto().randomBytes(NONCE_BYTES);
    const cipher = crypto().createCipheriv("aes-256-gcm", this.#cipherKey, nonce);
    cipher.setAAD(placeBytes(place));
    const sealed = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
    return `${this.id}.${sealed.toString("base64url")}`;
  }

  /** `undefined` when it was not sealed with this key, for this place, as it stands. */
  open(sealed: string, place: Place): string | undefined {
    const bytes = Buffer.from(sealed.slice(sealed.indexOf(".") + 1), "base64url");
    if (keyIdOf(sealed) !== this.id || bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const end = bytes.length - TAG_BYTES;
    try {
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const decipher = crypto().createDecipheriv("aes-256-gcm", this.#cipherKey, nonce, {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(placeBytes(place)).setAuthTag(bytes.subarray(end));
      return decipher.update(bytes.subarray(NONCE_BYTES, end), undefined, "utf8") + decipher.final("utf8");
    } catch {
      return undefined;
    }
  }

  toJSON(): string {
    return "[secret]";
  }
}

const keyIdOf = (sealed: string): string => sealed.slice(0, Math.max(0, sealed.indexOf(".")));

const placeBytes = (place: Place): Buffer => Buffer.from(JSON.stringify(place));

/** What a key file holds: 32 bytes as one line of base64url. `undefined` when it is none. */
export function parseKeyText(text: string): SealKey | undefined {
  const line = text.trim();
  return /^[A-Za-z0-9_-]{43}$/.test(line) ? new SealKey(Buffer.from(line, "base64url")) : undefined;
}

export interface Derivation {
  readonly salt: string;
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/** About half a second and 128 MB: guessing is to cost, and a process derives once. */
export const newDerivation = (): Derivation => ({
  salt: crypto().randomBytes(16).toString("base64url"),
  n: 2 ** 17,
  r: 8,
  p: 1,
});

export function keyFromPassphrase(passphrase: string, { salt, n, r, p }: Derivation): Promise<SealKey> {
  const options = { N: n, r, p, maxmem: 256 * n * r };
  const text = passphrase.normalize("NFKC");
  return new Promise((resolve, reject) => {
    crypto().scrypt(text, Buffer.from(salt, "base64url"), KEY_BYTES, options, (error, bytes) =>
      error ? reject(error) : resolve(new SealKey(bytes)),
    );
  });
}
