// Generations: what tells one credential's material from another without showing it (DESIGN, "Words").
import type { KeyObject } from "node:crypto";
import { constants, copyFileSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AccessError, messageOf } from "../core/errors.ts";
import type { Credential } from "../core/credential.ts";
import { unwritable } from "./faults.ts";
import { canonicalJson } from "./json.ts";
import type { RefreshToken } from "./store.ts";

const KEY_BYTES = 32;
/** 128 bits: no two materials of one installation ever meet. */
const GENERATION_BYTES = 16;
const MATERIAL = ["type", "key", "keyRef", "token", "tokenRef", "access", "refresh"] as const;

/** Asked for, not imported: loading it takes longer than most commands work, and few show a generation. */
const crypto = () => process.getBuiltinModule("node:crypto");

/** Makes generations. */
export class GenerationKey {
  #bytes: Buffer | undefined;
  #key: KeyObject | undefined;

  /** @param bytes random ones when left out */
  constructor(bytes?: Buffer) {
    this.#bytes = bytes;
  }

  export(): Buffer {
    return (this.#bytes ??= crypto().randomBytes(KEY_BYTES));
  }

  /** Of what is signed with this key. Node takes five times as long with the bytes of a key. */
  digest(text: string): Buffer {
    this.#key ??= crypto().createSecretKey(this.export());
    return crypto().createHmac("sha256", this.#key).update(text).digest();
  }
}

/** HMAC-SHA256 of type, secrets and references, base64url. Labels and expiry are no material. */
export function generationOf(key: GenerationKey, credential: Credential): string {
  const fields: Readonly<Record<string, unknown>> = { ...credential };
  const material = canonicalJson(MATERIAL.map((name) => fields[name] ?? null));
  return key.digest(material).subarray(0, GENERATION_BYTES).toString("base64url");
}

/** Stands for a refresh token in fingerprints of families, without showing it. */
export function fingerprintOf(key: GenerationKey, { provider, refresh }: RefreshToken): string {
  const digest = key.digest(`refresh\n${provider}\n${refresh}`);
  return digest.subarray(0, GENERATION_BYTES).toString("base64url");
}

/** `rest` with its generation, which is made when it is first read. */
export function withGeneration<T extends object>(
  rest: T,
  make: () => string,
): T & { readonly generation: string } {
  let made: string | undefined;
  const get = () => (made ??= make());
  return Object.defineProperty(rest, "generation", { get, enumerable: true }) as T & { generation: string };
}

/** `rest` with the generation of `source`, which is not made for that where it is not made yet. */
export function withGenerationOf<T extends object>(
  rest: T,
  source: { readonly generation: string },
): T & { readonly generation: string } {
  const made = Object.getOwnPropertyDescriptor(source, "generation")?.value as string | undefined;
  // A getter of its own makes an object large: a thread's answers hold the text, and so do their copies.
  return made === undefined ? withGeneration(rest, () => source.generation) : { ...rest, generation: made };
}

/**
 * The install key, `access.key` in the folder of our global files. Reading never creates it: until the
 * first write a random key in memory stands in, so no stored health matches, and that same key is what
 * the first write publishes, so generations stay as they were read.
 */
export class InstallKey {
  readonly #folder: string;
  readonly #file: string;
  #key: GenerationKey | undefined;
  #published = false;

  constructor(globalDir: string) {
    this.#folder = globalDir;
    this.#file = join(globalDir, "access.key");
  }

  /** For reading; never throws. `warning` says that the file is there and cannot be used. */
  current(): { readonly key: GenerationKey; readonly warning?: string } {
    const fault = this.#published ? undefined : this.#adopt();
    this.#key ??= new GenerationKey();
    return { key: this.#key, ...(fault && fault !== "absent" && { warning: fault.message }) };
  }

  /**
   * For writing: makes sure that the key is on disk. Of two processes that race, both use the winner's.
   *
   * @throws AccessError `store_unwritable`
   */
  publish(): GenerationKey {
    const { key } = this.current();
    if (this.#published) return key;
    try {
      createOnce(this.#folder, this.#file, key.export());
    } catch (cause) {
      throw unwritable(this.#file, cause);
    }
    const fault = this.#adopt();
    if (fault) throw fault === "absent" ? damaged(this.#file, "it vanished") : fault;
    return this.current().key;
  }

  /** Takes the key from the file. Returns why not, if not. */
  #adopt(): AccessError | "absent" | undefined {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.#file);
    } catch (error) {
      return isMissing(error) ? "absent" : damaged(this.#file, messageOf(error), error);
    }
    if (bytes.length !== KEY_BYTES)
      return damaged(this.#file, `${bytes.length} bytes instead of ${KEY_BYTES}`);
    this.#key = new GenerationKey(bytes);
    this.#published = true;
    return undefined;
  }
}

function damaged(file: string, what: string, cause?: unknown): AccessError {
  const remedy = "Restore it, or move it away to start with a new key and clean cooldowns.";
  return new AccessError("store_unwritable", `${file} cannot be used (${what}). ${remedy}`, { cause });
}

/** Creates `file` whole or not at all; leaves one that is there already. */
function createOnce(folder: string, file: string, bytes: Buffer): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.${crypto().randomBytes(4).toString("hex")}`;
  try {
    writeFileSync(draft, bytes, { mode: 0o600, flag: "wx", flush: true });
    linkOrCopy(draft, file);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function linkOrCopy(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    if (hasCode(error, "EEXIST")) throw error;
    // A file system without hard links.
    copyFileSync(draft, file, constants.COPYFILE_EXCL);
  }
}

const isMissing = (error: unknown): boolean => hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR");
const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;
