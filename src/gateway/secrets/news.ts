// That references say something else now, told to whoever puts it to use: what changes within one turn, together.
import type { GatewayDeps } from "../deps.ts";

/** @param replaced keys of references whose former value must not be used any more */
export type OnChange = (replaced: ReadonlySet<string>) => Promise<void>;

export class SecretNews {
  readonly #log: GatewayDeps["log"];
  #onChange: OnChange | undefined;
  #replaced = new Set<string>();
  /** There was news before anybody followed. */
  #untold = false;
  #telling: Promise<void> | undefined;
  #stopped = false;

  constructor(log: GatewayDeps["log"]) {
    this.#log = log;
  }

  follow(onChange: OnChange): void {
    this.#onChange = onChange;
    if (this.#untold) this.tell([]);
  }

  tell(replaced: Iterable<string>): void {
    for (const key of replaced) this.#replaced.add(key);
    const onChange = this.#onChange;
    this.#untold = onChange === undefined;
    if (!onChange || this.#telling || this.#stopped) return;
    this.#telling = Promise.resolve().then(async () => {
      this.#telling = undefined;
      const all = this.#replaced;
      this.#replaced = new Set();
      await onChange(all);
    });
    this.#telling.catch((error: unknown) =>
      this.#log.error(error, "What references say cannot be put to use"),
    );
  }

  /** Resolves when what was told by now is in use, or was refused. */
  async settled(): Promise<void> {
    await this.#telling?.catch(() => undefined);
  }

  stop(): void {
    this.#stopped = true;
  }
}
