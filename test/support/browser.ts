// As much of a browser as a login needs: it follows redirects, keeps cookies, and answers the questions of the
// identity provider. It stops in front of the first address that is not the provider's.

export class Browser {
  readonly #origin: string;
  /** the answer to the provider's questions, as a query */
  readonly #answer: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string, answer: string) {
    this.#origin = origin;
    this.#answer = answer;
  }

  /** The address where it leaves the provider. */
  async follow(start: string, body?: URLSearchParams): Promise<URL> {
    const left = await this.#walk(start, body);
    if (left instanceof URL) return left;
    throw new Error(`The identity provider answered with a page: ${left.slice(0, 300)}`);
  }

  async enterDeviceCode(userCode: string, button: "confirm" | "abort"): Promise<void> {
    const form = await this.#walk(`${this.#origin}/device`);
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(String(form))?.[1] ?? "";
    const fields = { xsrf, user_code: userCode, [button]: "yes" };
    const end = String(await this.#walk(`${this.#origin}/device`, new URLSearchParams(fields)));
    if (button === "confirm" && end !== "done") throw new Error(`No such device code: ${end.slice(0, 300)}`);
  }

  async #walk(start: string, body?: URLSearchParams): Promise<URL | string> {
    let url = new URL(start);
    let form = body;
    for (let steps = 0; steps < 12; steps++) {
      if (url.origin !== this.#origin) return url;
      if (url.pathname.startsWith("/interaction/")) url.search = this.#answer;
      const answer = await fetch(url, {
        redirect: "manual",
        headers: { cookie: [...this.#cookies].map((pair) => pair.join("=")).join("; ") },
        ...(form === undefined ? {} : { method: "POST", body: form }),
      });
      this.#keep(answer.headers.getSetCookie());
      const text = await answer.text();
      const next = answer.headers.get("location");
      if (next === null) return text;
      url = new URL(next, url);
      form = undefined;
    }
    throw new Error("The identity provider redirects without end.");
  }

  #keep(cookies: readonly string[]): void {
    for (const cookie of cookies) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (name === undefined) continue;
      if (value === "") this.#cookies.delete(name);
      else this.#cookies.set(name, value!);
    }
  }
}
