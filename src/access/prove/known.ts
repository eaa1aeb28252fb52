// Secrets that are known, each once, with what it is called and the files in which it may stand in plain text.
import { realpathSync } from "node:fs";
import type { AgentId, ProfileId } from "../../core/ids.ts";
import { maskSecret, Secret } from "../../core/secret.ts";
import { SHORTEST_SOUGHT } from "../../core/text-search.ts";

export type SecretKind =
  | "api_key"
  | "token"
  | "oauth_access"
  | "oauth_refresh"
  /** a field of a stored entry that we do not know, by its name a secret */
  | "credential_field"
  /** what a reference says */
  | "reference"
  | "config"
  | "environment"
  | "gateway"
  | "client_key"
  | "install_key"
  | "seal_key";

/** What a person knows it by. No part of it but a mask of its ends. */
export interface SecretName {
  readonly kind: SecretKind;
  readonly agentId?: AgentId;
  readonly profileId?: ProfileId;
  /** path in a document, name of a variable, reference, or place of a file */
  readonly name?: string;
  /** It is in use no more: kept so that a change can be taken back. */
  readonly former?: true;
}

export interface KnownSecret {
  readonly value: Secret;
  /** It is no text: `value` has a character for each of its bytes. */
  readonly binary?: true;
  readonly label: string;
  readonly names: readonly SecretName[];
  /** real paths of files in which it may stand in plain text */
  readonly homes: ReadonlySet<string>;
  /** variables that hold it where they should */
  readonly variables: ReadonlySet<string>;
}

interface Entry {
  binary?: true;
  names: SecretName[];
  readonly homes: Set<string>;
  readonly formerHomes: Set<string>;
  readonly variables: Set<string>;
}

/** A longer text is no credential. */
const LONGEST_SOUGHT = 256 * 1024;
/** A word of the language is somewhere in every log. */
const WORD = /^[A-Za-z]{1,11}$/;

export class KnownSecrets {
  readonly #entries = new Map<string, Entry>();
  readonly #notSought = new Set<string>();

  /** @param home the file that it may stand in; left out where it is sealed, or lies elsewhere */
  add(value: string, name: SecretName, { home, variable }: { home?: string; variable?: string } = {}): void {
    const text = value.trim();
    if (text === "") return;
    const size = Buffer.byteLength(text);
    if (size < SHORTEST_SOUGHT || size > LONGEST_SOUGHT || WORD.test(text)) {
      this.#notSought.add(text);
      return;
    }
    const entry = this.#entries.get(text) ?? newEntry();
    this.#entries.set(text, entry);
    if (!entry.names.some((one) => isSameName(one, name))) entry.names.push(name);
    if (variable !== undefined) entry.variables.add(variable);
    if (home !== undefined) (name.former ? entry.formerHomes : entry.homes).add(realPath(home));
  }

  /** One that is no text, and stands as it is in a file of its own. */
  addBytes(bytes: Buffer, name: SecretName, home: string): void {
    const entry: Entry = { ...newEntry(), names: [name], binary: true };
    entry.homes.add(realPath(home));
    this.#entries.set(bytes.toString("latin1"), entry);
  }

  /** What stands at a place, now. */
  named(name: string): string | undefined {
    for (const [text, { names }] of this.#entries)
      if (names.some((one) => one.name === name && !one.former)) return text;
    return undefined;
  }

  /** Too short to be told from other text, too long, or a word. */
  get notSought(): number {
    return this.#notSought.size;
  }

  /** A file that remembers what is in use no more has no right to what is: it may have been moved away on purpose. */
  list(): readonly KnownSecret[] {
    return [...this.#entries].map(([text, { names, homes, formerHomes, variables, binary }]) => {
      const current = names.filter(({ former }) => !former);
      const isFormer = current.length === 0;
      return {
        value: new Secret(text),
        ...(binary && { binary }),
        label: binary ? "****" : maskSecret(text),
        names: isFormer ? names : current,
        homes: isFormer ? formerHomes : homes,
        variables,
      };
    });
  }
}

const newEntry = (): Entry => ({
  names: [],
  homes: new Set(),
  formerHomes: new Set(),
  variables: new Set(),
});

const isSameName = (a: SecretName, b: SecretName): boolean =>
  a.kind === b.kind &&
  a.agentId === b.agentId &&
  a.profileId === b.profileId &&
  a.name === b.name &&
  a.former === b.former;

/** One file has one name, whichever link leads to it. */
export function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
