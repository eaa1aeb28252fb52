// A login server in memory, for tests of one process: refresh tokens rotate, and a spent one that comes back ends the
// login, as `oidc-provider` does it.
import type { requestTokens, TokenAnswer } from "../../src/oauth/token-endpoint.ts";

export class StrictLogin {
  /** refresh tokens that came, in order */
  readonly asked: string[] = [];
  /** whether a spent token came back: then every token of the login is dead */
  dead = false;
  /** Answers get lost on the way while it is set. */
  deaf = false;
  readonly #name: string;
  #generation = 0;

  constructor(name = "a") {
    this.#name = name;
  }

  get refresh(): string {
    return `fake-refresh-${this.#name}${this.#generation}`;
  }

  get access(): string {
    return `fake-access-${this.#name}${this.#generation}`;
  }

  readonly request: typeof requestTokens = async (_, grant): Promise<TokenAnswer> => {
    const token = grant["refresh_token"] ?? "";
    this.asked.push(token);
    await new Promise(setImmediate);
    if (token !== this.refresh) this.dead = true;
    if (this.dead) return { kind: "refused", code: "invalid_grant" };
    this.#generation++;
    if (this.deaf) return { kind: "failed", message: "cannot be reached (a line that was cut)" };
    return { kind: "tokens", tokens: { access: this.access, refresh: this.refresh, expiresIn: 3600 } };
  };
}
