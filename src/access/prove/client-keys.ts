// Client keys in bytes from wherever they come. Only their digests are known, so whatever looks like one is digested.
import { hash } from "node:crypto";
import type { ClientKey } from "../../core/client-key.ts";
import { CLIENT_KEY_PREFIX } from "../../core/client-key.ts";
import type { SecretForm } from "../../core/secret-forms.ts";
import { inBase64 } from "../../core/secret-forms.ts";
import { maskSecret, Secret } from "../../core/secret.ts";
import type { KnownSecret } from "./known.ts";
import type { Hit } from "./search.ts";

const PREFIX = Buffer.from(CLIENT_KEY_PREFIX);
/** The prefix and 32 bytes in base64url. */
const KEY_BYTES = PREFIX.length + 43;

/** How a key can be written: what it begins with then, how long that is, and what it says. */
interface Way {
  readonly form: SecretForm;
  readonly start: string;
  readonly length: number;
  readonly read: (text: string) => string;
}

const hex = (text: string): string => Buffer.from(text, "hex").toString("latin1");
const HEX = PREFIX.toString("hex");

const WAYS: readonly Way[] = [
  { form: "plain", start: CLIENT_KEY_PREFIX, length: KEY_BYTES, read: (text) => text },
  { form: "hex", start: HEX, length: 2 * KEY_BYTES, read: hex },
  { form: "hex", start: HEX.toUpperCase(), length: 2 * KEY_BYTES, read: hex },
  ...[0, 1, 2].map(inBase64Behind),
];

/** Behind `shift` bytes of something else, as far as those say nothing of it. */
function inBase64Behind(shift: number): Way {
  const skipped = Math.ceil((shift * 8) / 6);
  const length = Math.ceil(((shift + KEY_BYTES) * 8) / 6) - skipped;
  const end = shift + KEY_BYTES;
  // The first bits stand in a letter that is shared: what it says is known.
  const read = (text: string) =>
    CLIENT_KEY_PREFIX +
    Buffer.from("A".repeat(skipped) + text, "base64").toString("latin1", shift + PREFIX.length, end);
  return { form: "base64", start: inBase64(PREFIX, shift)[0]!, length, read };
}

export class ClientKeySearch {
  readonly longest = Math.max(...WAYS.map(({ length }) => length));
  readonly #keys: ReadonlyMap<string, ClientKey>;
  readonly #found = new Map<string, KnownSecret>();

  constructor(keys: readonly ClientKey[]) {
    this.#keys = new Map(keys.map((key) => [key.digest, key]));
  }

  /** @param seen that many bytes were searched before */
  *find(bytes: Uint8Array, end: number, seen: number): Generator<Hit> {
    if (this.#keys.size === 0) return;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, end);
    for (const way of WAYS) yield* this.#findOne(buffer, seen, way);
  }

  *#findOne(buffer: Buffer, seen: number, { form, start, length, read }: Way): Generator<Hit> {
    const first = Math.max(0, seen - length + 1);
    for (let at = buffer.indexOf(start, first); at !== -1; at = buffer.indexOf(start, at + 1)) {
      const next = at + length;
      if (next > buffer.length) return;
      if (next <= seen) continue;
      const secret = this.#known(read(buffer.toString("latin1", at, next)));
      if (secret) yield { secret, form, at };
    }
  }

  #known(text: string): KnownSecret | undefined {
    const key = this.#keys.get(hash("sha256", text, "base64url"));
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
