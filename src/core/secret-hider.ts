// Words without any of the secrets that are known, in whatever form they stand there: for sinks that see everything.
import { hideSecrets } from "./hide-secrets.ts";
import { writtenForms } from "./secret-forms.ts";
import type { Secret } from "./secret.ts";
import { TextSearch } from "./text-search.ts";

/** What is not in use any more is hidden too; so many more than are known, and it is forgotten. */
const MOST_OLD = 1000;

/** Learns a secret when it first meets it, so that a line costs no more for the thousand that stayed the same. */
export class SecretHider {
  #learnt = new Set<Secret>();
  #search: TextSearch<undefined> | undefined;

  hide(text: string, known: Iterable<Secret>): string {
    return hideSecrets(this.#withoutKnown(text, known));
  }

  #withoutKnown(text: string, known: Iterable<Secret>): string {
    const search = this.#learn([...known]);
    if (!search) return text;
    const bytes = Buffer.from(text);
    let out = "";
    let written = 0;
    // Found by where they end; one may reach over others that end within it.
    const places = [...search.find(bytes)].map(({ at, length }) => ({ at, end: at + length }));
    for (const { at, end } of places.toSorted((a, b) => a.at - b.at)) {
      if (end <= written) continue;
      if (at >= written) out += `${bytes.toString("utf8", written, at)}[secret]`;
      written = end;
    }
    return written === 0 ? text : out + bytes.toString("utf8", written);
  }

  #learn(known: readonly Secret[]): TextSearch<undefined> | undefined {
    if (this.#learnt.size > known.length + MOST_OLD) {
      this.#learnt = new Set();
      this.#search = undefined;
    }
    for (const secret of known) {
      if (this.#learnt.has(secret)) continue;
      this.#learnt.add(secret);
      this.#search ??= new TextSearch();
      for (const { text } of writtenForms(secret.reveal())) this.#search.add({ text, tag: undefined });
    }
    return this.#search;
  }
}
