// A secret in memory. It prints as `[secret]` however it is printed; only `reveal` gives the text.

/** `util.inspect.custom`, without the import: node:util costs more start-up than all of this folder. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  /** The secret text. Call it where bytes leave for the provider, nowhere else. */
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return "[secret]";
  }
  toJSON(): string {
    return "[secret]";
  }
  [INSPECT](): string {
    return "[secret]";
  }
}

/** A secret shorter than this shows nothing of itself: eight characters would be too large a part. */
const SHORTEST_SHOWN = 24;

/** A form fit for people: at most 4 + 4 characters, and nothing of a short secret. */
export function maskSecret(value: string): string {
  if (value === "") return "missing";
  return value.length < SHORTEST_SHOWN ? "****" : `${value.slice(0, 4)}...${value.slice(-4)}`;
}
