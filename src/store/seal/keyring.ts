// Keys of this process, and where they come from: a key file, or a passphrase out of a file or from the terminal.
import { readFileSync, statSync } from "node:fs";
import { AccessError, messageOf } from "../../core/errors.ts";
import { NotReady } from "../codec.ts";
import type { SealKey } from "./box.ts";
import { crypto, keyFromPassphrase, parseKeyText } from "./box.ts";
import type { KeyPlace, SealHeader } from "./header.ts";
import type { SealPlaces } from "./places.ts";
import { CREDENTIAL, KEY_FILE, PASSPHRASE_FILE } from "./places.ts";

/** A key, or why there is none. */
export type Found = { readonly key: SealKey } | { readonly fault: AccessError };

export class Keyring {
  readonly #places: () => SealPlaces;
  readonly #keys = new Map<string, SealKey>();
  /** What was tried in vain, by key and by what it was tried with: deriving costs half a second. */
  readonly #vain = new Map<string, string>();
  /** The person was asked and did not know, or did not want to. */
  readonly #refused = new Map<string, AccessError>();

  constructor(places: () => SealPlaces) {
    this.#places = places;
  }

  known(id: string): SealKey | undefined {
    return this.#keys.get(id);
  }

  add(key: SealKey): void {
    this.#keys.set(key.id, key);
  }

  /** @throws NotReady where a passphrase is to be asked for, or a key derived from it */
  find(header: SealHeader): Found {
    const { key: place } = header;
    const key = this.#keys.get(place.id) ?? this.#handedOver(header);
    if (key) return { key };
    return place.kind === "file" ? this.#fromFiles(place.id, place.path) : this.#fromPassphrase(place);
  }

  #handedOver({ key, handedOver }: SealHeader): SealKey | undefined {
    if (handedOver === undefined) return undefined;
    for (const former of this.#keys.values()) {
      const text = former.open(handedOver, handOverPlace(key.id));
      const next = text === undefined ? undefined : parseKeyText(text);
      if (next?.id !== key.id) continue;
      this.add(next);
      return next;
    }
    return undefined;
  }

  #fromFiles(id: string, path: string): Found {
    const { keyFile } = this.#places();
    const files = keyFile === undefined ? [path] : [keyFile, path];
    const tried = files.map((file) => {
      const read = readKeyFile(file);
      if ("fault" in read) return read.fault;
      if (read.key.id !== id) return `${file} holds another key (${read.key.id})`;
      this.add(read.key);
      return undefined;
    });
    const key = this.#keys.get(id);
    if (key) return { key };
    const where = tried.filter((each) => each !== undefined).join("; ");
    const remedy = `Put the key file back, or name it with ${KEY_FILE}.`;
    return { fault: sealedFault(id, where, remedy) };
  }

  #fromPassphrase(place: Extract<KeyPlace, { kind: "passphrase" }>): Found {
    const { id } = place;
    const { passphraseFile, ask } = this.#places();
    const given = passphraseFile === undefined ? undefined : readPassphraseFile(passphraseFile);
    if (given && "text" in given && this.#vain.get(id) !== mark(given.text))
      throw new NotReady(async () => void (await this.#derive(place, given.text)));
    const refused = this.#refused.get(id);
    if (refused) return { fault: refused };
    if (!given && ask) throw new NotReady(() => this.#ask(place, ask));
    const where = !given
      ? `no passphrase was given`
      : "fault" in given
        ? given.fault
        : `${passphraseFile} holds another passphrase`;
    const remedy = `Put it into a file that only you can read, and name that with ${PASSPHRASE_FILE}; a service can have it as systemd's credential ${CREDENTIAL}.`;
    return { fault: sealedFault(id, where, remedy) };
  }

  async #derive(place: Extract<KeyPlace, { kind: "passphrase" }>, passphrase: string): Promise<boolean> {
    const key = await keyFromPassphrase(passphrase, place);
    if (key.id === place.id) this.add(key);
    else this.#vain.set(place.id, mark(passphrase));
    return key.id === place.id;
  }

  async #ask(place: Extract<KeyPlace, { kind: "passphrase" }>, ask: NonNullable<SealPlaces["ask"]>) {
    if (this.#keys.has(place.id) || this.#refused.has(place.id)) return;
    const asked = await ask("Passphrase of the sealed credential store").catch((error: unknown) => error);
    if (asked instanceof AccessError) return void this.#refused.set(place.id, asked);
    if (typeof asked !== "string") throw asked;
    if (await this.#derive(place, asked)) return;
    const remedy = "Nothing was changed. Start the command again.";
    this.#refused.set(place.id, sealedFault(place.id, "the passphrase is another one", remedy));
  }
}

export const handOverPlace = (id: string) => ["", "handed over", id] as const;

const mark = (text: string): string => crypto().hash("sha256", text, "base64url");

const sealedFault = (id: string, where: string, remedy: string): AccessError =>
  new AccessError("store_sealed", `The credentials are sealed with key ${id}: ${where}. ${remedy}`);

/** The key in a file that nobody else can read, or what is wrong with it, as a part of a sentence. */
export function readKeyFile(file: string): { readonly key: SealKey } | { readonly fault: string } {
  const read = readPrivate(file);
  if ("fault" in read) return read;
  const key = parseKeyText(read.text);
  return key ? { key } : { fault: `${file} is no key file (one line of 43 characters)` };
}

export function readPassphraseFile(file: string): { readonly text: string } | { readonly fault: string } {
  const read = readPrivate(file);
  if ("fault" in read) return read;
  const text = read.text.replace(/\r?\n$/, "");
  if (text.includes("\n")) return { fault: `${file} has more than one line` };
  return text === "" ? { fault: `${file} is empty` } : { text };
}

const MOST_BYTES = 4096;

function readPrivate(file: string): { readonly text: string } | { readonly fault: string } {
  try {
    const stat = statSync(file);
    if (!stat.isFile()) return { fault: `${file} is no file` };
    if (stat.size > MOST_BYTES) return { fault: `${file} is larger than ${MOST_BYTES} bytes` };
    const open = process.platform !== "win32" && (stat.mode & 0o077) !== 0;
    if (open) return { fault: `${file} can be read by others (chmod 600 ${file})` };
    return { text: readFileSync(file, "utf8") };
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    return { fault: missing ? `${file} is not there` : `${file} cannot be read (${messageOf(error)})` };
  }
}
