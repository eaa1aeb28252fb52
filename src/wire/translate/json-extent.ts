// Whether JSON that comes in pieces has come to its end: told by its braces, each letter looked at once, however many
// pieces there are. Whether it is JSON at all is not asked.

/** What can change something: braces outside of texts, quotes and escapes in them. */
const OUTSIDE = /["{}[\]]/g;
const INSIDE = /["\\]/g;

export class JsonExtent {
  #depth = 0;
  #opened = false;
  #inText = false;
  /** The next letter is an escaped one. */
  #escaped = false;

  /** What was opened is closed. */
  get isClosed(): boolean {
    return this.#opened && this.#depth === 0;
  }

  read(text: string): void {
    let at = this.#escaped && text !== "" ? 1 : 0;
    if (at === 1) this.#escaped = false;
    for (;;) {
      const marks = this.#inText ? INSIDE : OUTSIDE;
      marks.lastIndex = at;
      const mark = marks.exec(text);
      if (!mark) return;
      at = mark.index + 1;
      if (mark[0] === '"') this.#inText = !this.#inText;
      else if (mark[0] !== "\\") this.#count(mark[0]);
      else if (at++ === text.length) this.#escaped = true;
    }
  }

  #count(brace: string): void {
    const opens = brace === "{" || brace === "[";
    this.#opened ||= opens;
    this.#depth += opens ? 1 : -1;
  }
}
