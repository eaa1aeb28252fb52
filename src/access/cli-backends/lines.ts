// Bytes to lines. A line may come in a thousand pieces: each is looked at once.
import { StringDecoder } from "node:string_decoder";

export class Lines {
  readonly #decoder = new StringDecoder("utf8");
  #begun: string[] = [];

  /** The lines that end in it, without their ends. */
  *add(chunk: Buffer): Generator<string> {
    let text = this.#decoder.write(chunk);
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n")) {
      this.#begun.push(text.slice(0, end));
      yield this.#taken();
      text = text.slice(end + 1);
    }
    if (text !== "") this.#begun.push(text);
  }

  /** What is left when there is no more. */
  end(): string {
    this.#begun.push(this.#decoder.end());
    return this.#taken();
  }

  #taken(): string {
    const line = this.#begun.join("");
    this.#begun = [];
    return line;
  }
}
