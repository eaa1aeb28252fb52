// Questions with answers, and things told, between two processes. What is said first is heard first.
import type { ThreadError } from "../../store/thread-protocol.ts";
import { fromThreadError, toThreadError } from "../../store/thread-protocol.ts";
import { AccessError } from "../../core/errors.ts";

type Hearers<In extends { asks: object; tells: object }> = {
  readonly asks: {
    [Name in keyof In["asks"]]: In["asks"][Name] extends { ask: infer Asked; answer: infer Told }
      ? (ask: Asked) => Told | Promise<Told>
      : never;
  };
  readonly tells: { [Name in keyof In["tells"]]: (told: In["tells"][Name]) => void };
};

type Ask<S extends { asks: object }, Name extends keyof S["asks"]> = S["asks"][Name] extends { ask: infer A }
  ? A
  : never;
type Answer<S extends { asks: object }, Name extends keyof S["asks"]> = S["asks"][Name] extends {
  answer: infer A;
}
  ? A
  : never;

type Message =
  | { readonly ask: number; readonly name: string; readonly value: unknown }
  | { readonly answer: number; readonly value: unknown }
  | { readonly answer: number; readonly fault: ThreadError }
  | { readonly tell: string; readonly value: unknown };

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

export class Channel<
  Out extends { asks: object; tells: object },
  In extends { asks: object; tells: object },
> {
  readonly #send: (message: unknown) => void;
  readonly #hearers: Hearers<In>;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #lost: AccessError | undefined;

  /** @param send never throws; what cannot be sent is lost, and `lost` is called soon */
  constructor(send: (message: unknown) => void, hearers: Hearers<In>) {
    this.#send = send;
    this.#hearers = hearers;
  }

  /** @throws AccessError as the other side threw it; `internal` when that is gone */
  ask<Name extends keyof Out["asks"] & string>(
    name: Name,
    value: Ask<Out, Name>,
  ): Promise<Answer<Out, Name>> {
    if (this.#lost) return Promise.reject(this.#lost);
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<Answer<Out, Name>>();
    this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
    this.#send({ ask: id, name, value } satisfies Message);
    return promise;
  }

  tell<Name extends keyof Out["tells"] & string>(name: Name, value: Out["tells"][Name]): void {
    this.#send({ tell: name, value } satisfies Message);
  }

  /** Takes a message of the other side. */
  take(message: unknown): void {
    const told = message as Message;
    if ("tell" in told) return this.#hearers.tells[told.tell as keyof In["tells"]](told.value as never);
    if ("ask" in told) return void this.#answer(told.ask, told.name as keyof In["asks"], told.value);
    const waiting = this.#waiting.get(told.answer);
    this.#waiting.delete(told.answer);
    if ("fault" in told) waiting?.reject(fromThreadError(told.fault));
    else waiting?.resolve(told.value as never);
  }

  /** The other side is gone: nobody waits for it any more. */
  lost(why: string): void {
    this.#lost = new AccessError("internal", why);
    for (const { reject } of this.#waiting.values()) reject(this.#lost);
    this.#waiting.clear();
  }

  async #answer(id: number, name: keyof In["asks"], value: unknown): Promise<void> {
    try {
      const answer = await this.#hearers.asks[name](value as never);
      this.#send({ answer: id, value: answer } satisfies Message);
    } catch (error) {
      this.#send({ answer: id, fault: toThreadError(error) } satisfies Message);
    }
  }
}
