// One search for everything that is known, over bytes from wherever they come.
import { hash } from "node:crypto";
import type { ClientKey } from "../../core/client-key.ts";
import { CLIENT_KEY_PREFIX } from "../../core/client-key.ts";
import type { SecretForm } from "../../core/secret-forms.ts";
import { writtenForms } from "../../core/secret-forms.ts";
import { maskSecret, Secret } from "../../core/secret.ts";
import { SHORTEST_SOUGHT, TextSearch } from "../../core/text-search.ts";
import type { KnownSecret } from "./known.ts";

export interface Hit {
  readonly secret: KnownSecret;
  readonly form: SecretForm;
  /** of its first byte, in the bytes that were searched */
  readonly at: number;
}

interface Tag {
  readonly secret: KnownSecret;
  readonly form: SecretForm;
}

const PREFIX = Buffer.from(CLIENT_KEY_PREFIX);
/** The prefix and 32 bytes in base64url. */
const CLIENT_KEY_BYTES = PREFIX.length + 43;

export class SecretSearch {
  readonly longest: number;
  readonly #texts: TextSearch<Tag>;
  readonly #clientKeys: ReadonlyMap<string, ClientKey>;
  readonly #found = new Map<string, KnownSecret>();

  constructor(secrets: readonly KnownSecret[], clientKeys: readonly ClientKey[]) {
    this.#texts = new TextSearch(sought(secrets));
    this.#clientKeys = new Map(clientKeys.map((key) => [key.digest, key]));
    this.longest = Math.max(this.#texts.longest, CLIENT_KEY_BYTES);
  }

  /** @param seen that many bytes were searched before */
  *find(bytes: Uint8Array, end = bytes.length, seen = 0): Generator<Hit> {
    for (const { tag, at } of this.#texts.find(bytes, end, seen)) yield { ...tag, at };
    if (this.#clientKeys.size > 0) yield* this.#findClientKeys(bytes, end, seen);
  }

  /** Only digests of them are stored: whatever looks like one is digested. */
  *#findClientKeys(bytes: Uint8Array, end: number, seen: number): Generator<Hit> {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, end);
    const first = Math.max(0, seen - CLIENT_KEY_BYTES + 1);
    for (let at = buffer.indexOf(PREFIX, first); at !== -1; at = buffer.indexOf(PREFIX, at + 1)) {
      const next = at + CLIENT_KEY_BYTES;
      if (next > end) return;
      if (next <= seen) continue;
      const secret = this.#clientKey(buffer.toString("latin1", at, next));
      if (secret) yield { secret, form: "plain", at };
    }
  }

  #clientKey(text: string): KnownSecret | undefined {
    const key = this.#clientKeys.get(hash("sha256", text, "base64url"));
    if (!key) return undefined;
    const known = this.#found.get(key.id) ?? {
      value: new Secret(text),
      label: maskSecret(text),
      names: [{ kind: "client_key" as const, name: key.name }],
      homes: new Set<string>(),
      variables: new Set<string>(),
    };
    this.#found.set(key.id, known);
    return known;
  }
}

function* sought(secrets: readonly KnownSecret[]) {
  for (const secret of secrets)
    for (const { form, text } of writtenForms(secret.value.reveal()))
      if (text.length >= SHORTEST_SOUGHT) yield { text, tag: { secret, form } };
}
