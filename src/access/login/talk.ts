// How a login speaks with a person: through these alone, so that one flow serves terminal, wizard and browser.

export interface Choice<T> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string;
  /** shown, and not to be chosen */
  readonly disabled?: boolean;
}

/** What is wrong with an answer, in a sentence; the question is then asked again. */
export type Check = (answer: string) => string | undefined;

/** What is to be opened in a browser, told in words as well. */
export interface Link {
  readonly url: string;
  /** to be entered there */
  readonly code?: string;
  /** with the code in it already */
  readonly completeUrl?: string;
  /** of the code, ms since epoch */
  readonly expiresAt?: number;
}

/** Every question ends in `AccessError` `cancelled` when the person leaves it. */
export interface Talk {
  /**
   * Not echoed.
   *
   * @param until takes the question away unanswered: it then rejects as if the person had left it
   */
  secret(question: string, check: Check, until?: AbortSignal): Promise<string>;
  text(question: string, initial: string, check: Check): Promise<string>;
  choose<T>(question: string, choices: readonly Choice<T>[]): Promise<T>;
  /** Any of them, also none. */
  chooseMany<T>(question: string, choices: readonly Choice<T>[], initial: readonly T[]): Promise<T[]>;
  confirm(question: string, initial: boolean): Promise<boolean>;
  /** Nobody is there to be asked. */
  readonly silent?: true;
  /** Tells something that needs no answer, one or more lines. */
  notify(text: string): void;
  /** Of a person who may sit elsewhere: opens the address there. Nothing is opened on this machine then. */
  link?(link: Link): void;
  /** Waits for what happens elsewhere, such as in a browser. The signal: the person leaves, nobody waits any more. */
  wait<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}
