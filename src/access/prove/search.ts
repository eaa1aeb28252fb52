// One search for everything that is known, over bytes from wherever they come.
import type { ClientKey } from "../../core/client-key.ts";
import type { SecretForm } from "../../core/secret-forms.ts";
import { encodedForms, writtenForms } from "../../core/secret-forms.ts";
import { SHORTEST_SOUGHT, TextSearch } from "../../core/text-search.ts";
import { ClientKeySearch } from "./client-keys.ts";
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

export class SecretSearch {
  readonly longest: number;
  readonly #texts: TextSearch<Tag>;
  readonly #clientKeys: ClientKeySearch;

  constructor(secrets: readonly KnownSecret[], clientKeys: readonly ClientKey[]) {
    this.#texts = new TextSearch(sought(secrets));
    this.#clientKeys = new ClientKeySearch(clientKeys);
    this.longest = Math.max(this.#texts.longest, this.#clientKeys.longest);
  }

  /** @param seen that many bytes were searched before */
  *find(bytes: Uint8Array, end = bytes.length, seen = 0): Generator<Hit> {
    for (const { tag, at } of this.#texts.find(bytes, end, seen)) yield { ...tag, at };
    yield* this.#clientKeys.find(bytes, end, seen);
  }
}

function* sought(secrets: readonly KnownSecret[]) {
  for (const secret of secrets)
    for (const { form, text } of formsOf(secret))
      if (text.length >= SHORTEST_SOUGHT) yield { text, tag: { secret, form } };
}

function formsOf({ value, binary }: KnownSecret) {
  if (!binary) return writtenForms(value.reveal());
  const bytes = Buffer.from(value.reveal(), "latin1");
  return [{ form: "plain" as const, text: bytes }, ...encodedForms(bytes)];
}
