// The soak of "one expiry, one refresh": processes of three kinds share a login of a real identity provider, and their
// clocks go from one expiry to the next.
import * as act from "../fakes/upstream-actions.ts";
import type { OAuthCredential } from "../../src/core/credential.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { chatBody } from "../fakes/wire-samples.ts";
import { startGatewayUser } from "./gateway-user.ts";
import { quantile, randomFrom } from "./random.ts";
import type { SharedHome } from "./shared-home.ts";
import { sharedHome } from "./shared-home.ts";
import type { FreshLogin, TokenIssuer } from "./token-issuer.ts";
import { startTokenIssuer } from "./token-issuer.ts";
import type { Ask, CallerAnswer } from "./user-protocol.ts";
import { startUser } from "./user-process.ts";

export interface SoakOptions {
  readonly processes: number;
  readonly expiries: number;
  readonly seed: number;
  /** how many of the processes are built gateways */
  readonly gateways: number;
  /** whether some go through another agent, which has a copy of the login */
  readonly copies: boolean;
  readonly progress?: (text: string) => void;
}

export type UserKind = "main" | "copy" | "gateway";

export interface SoakReport {
  readonly seed: number;
  readonly processes: Readonly<Record<UserKind, number>>;
  readonly expiries: { readonly past: number; readonly window: number };
  /** what the token endpoint was asked, and what it refused */
  readonly refreshes: number;
  readonly refused: number;
  readonly grantsKilled: number;
  readonly callers: Readonly<Record<UserKind, number>>;
  readonly failed: number;
  /** the first few */
  readonly faults: readonly string[];
  /** how long callers waited when the token had ended, ms */
  readonly waitedMs: { readonly p50: number; readonly p99: number; readonly most: number };
  readonly seconds: number;
}

interface User {
  readonly kind: UserKind;
  ask(ask: Ask): Promise<readonly CallerAnswer[]>;
  kill(): void;
}

const AGENTS = ["main", "work"];
/** Ahead of the end by this much a token still serves, and every process sees that it is to be refreshed. */
const IN_WINDOW_MS = 4 * 60_000;
const MOST_FAULTS = 20;

export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const issuer = await startTokenIssuer();
  const upstream = await startScriptedUpstream((call) => act.reply({ body: chatBody(`by ${call.key}`) }));
  const home = sharedHome({ tokenUrl: issuer.tokenUrl, agents: AGENTS, upstreamUrl: upstream.url });
  const login = await issuer.login();
  const users: User[] = [];
  try {
    await home.logIn(login);
    await startUsers(options, home, users);
    return await new Soak(options, home, issuer, users, login).run();
  } finally {
    for (const user of users) user.kill();
    await Promise.all([issuer.stop(), upstream.close(), home.remove()]);
  }
}

/** Gateways first; of the others a quarter goes through another agent. */
async function startUsers(
  { processes, gateways, copies, progress }: SoakOptions,
  home: SharedHome,
  users: User[],
): Promise<void> {
  for (let n = 0; n < processes; n++) {
    users.push(n < gateways ? await gatewayUser(home) : await plainUser(home, copies && n % 4 === 3));
    progress?.(`${users.length} of ${processes} processes`);
  }
}

async function gatewayUser(home: SharedHome): Promise<User> {
  const gateway = await startGatewayUser(home);
  return { kind: "gateway", ask: async (ask) => (await gateway.ask(ask)).answers, kill: gateway.kill };
}

async function plainUser(home: SharedHome, copy: boolean): Promise<User> {
  const user = await startUser({ home: home.path, agent: copy ? "work" : "main" });
  return {
    kind: copy ? "copy" : "main",
    async ask(ask) {
      const answer = await user.ask(ask);
      if (!answer || !("answers" in answer)) throw new Error("A process of the soak ended.");
      return answer.answers;
    },
    kill: () => void user.child.kill("SIGKILL"),
  };
}

class Soak {
  readonly #options: SoakOptions;
  readonly #home: SharedHome;
  readonly #issuer: TokenIssuer;
  readonly #users: readonly User[];
  readonly #login: FreshLogin;
  readonly #random: () => number;
  readonly #expiries = { past: 0, window: 0 };
  readonly #callers = { main: 0, copy: 0, gateway: 0 };
  readonly #waited: number[] = [];
  readonly #faults: string[] = [];
  #failed = 0;

  constructor(
    options: SoakOptions,
    home: SharedHome,
    issuer: TokenIssuer,
    users: readonly User[],
    login: FreshLogin,
  ) {
    this.#options = options;
    this.#home = home;
    this.#issuer = issuer;
    this.#users = users;
    this.#login = login;
    this.#random = randomFrom(options.seed);
  }

  async run(): Promise<SoakReport> {
    const { expiries, progress } = this.#options;
    const startedAt = performance.now();
    // A dead grant stays dead: what comes after it says nothing new.
    for (let n = 1; n <= expiries && this.#issuer.lives(this.#login.grantId); n++) {
      await this.#expire(n);
      const asked = this.#issuer.asked.length;
      if (n % 10 === 0)
        progress?.(`${n} of ${expiries} expiries, ${asked} refreshes, ${this.#failed} failed`);
    }
    return this.#report((performance.now() - startedAt) / 1000);
  }

  async #expire(n: number): Promise<void> {
    const credential = await this.#newest();
    const kind = this.#random() < 0.3 ? "window" : "past";
    this.#expiries[kind]++;
    const until = Number(credential.expires) + (kind === "past" ? 1000 : -IN_WINDOW_MS);
    const ahead = Math.ceil(until - Date.now());
    await Promise.all(this.#users.map((user) => user.ask({ ahead })));
    const good = new Set<string>();
    if (kind === "window") good.add(credential.access!);
    const asks = this.#users.map((user) => ({ user, calls: 1 + Math.floor(this.#random() * 8) }));
    const answers = await Promise.all(
      asks.map(async ({ user, calls }) => ({ user, answers: await user.ask({ calls }) })),
    );
    await this.#settled(n);
    for (const { access } of this.#issuer.asked.slice(n - 1)) if (access) good.add(access);
    for (const { user, answers: own } of answers) this.#judge(n, user.kind, kind, own, good);
  }

  /** A gateway refreshes behind its calls. */
  async #settled(n: number): Promise<void> {
    const until = performance.now() + 10_000;
    const done = () => this.#issuer.asked.length >= n && this.#issuer.asked.every(({ status }) => status);
    while (!(done() && (await this.#isStored())) && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async #isStored(): Promise<boolean> {
    const given = this.#issuer.asked.at(-1)?.refresh;
    return given === undefined || (await this.#newest()).refresh === given;
  }

  /** One of the agents may learn of a refresh only when it needs it. */
  async #newest(): Promise<OAuthCredential> {
    const held = await Promise.all(AGENTS.map((agent) => this.#home.stored(agent)));
    return held
      .map(({ credential }) => credential)
      .toSorted((a, b) => Number(b.expires) - Number(a.expires))[0]!;
  }

  #judge(
    n: number,
    user: UserKind,
    kind: "past" | "window",
    answers: readonly CallerAnswer[],
    good: ReadonlySet<string>,
  ): void {
    for (const { access, fault, ms } of answers) {
      this.#callers[user]++;
      if (kind === "past") this.#waited.push(ms);
      if (access !== undefined && good.has(access)) continue;
      this.#failed++;
      if (this.#faults.length >= MOST_FAULTS) continue;
      this.#faults.push(`expiry ${n} (${kind}), ${user}: ${fault ?? "a token that has ended"}`);
      this.#options.progress?.(this.#faults.at(-1)!);
    }
  }

  #report(seconds: number): SoakReport {
    const count = (kind: UserKind) => this.#users.filter((user) => user.kind === kind).length;
    const { asked } = this.#issuer;
    return {
      seed: this.#options.seed,
      processes: { main: count("main"), copy: count("copy"), gateway: count("gateway") },
      expiries: this.#expiries,
      refreshes: asked.length,
      refused: asked.filter(({ status }) => status !== 200).length,
      grantsKilled: this.#issuer.lives(this.#login.grantId) ? 0 : 1,
      callers: this.#callers,
      failed: this.#failed,
      faults: this.#faults,
      waitedMs: {
        p50: quantile(this.#waited, 0.5),
        p99: quantile(this.#waited, 0.99),
        most: Math.max(0, ...this.#waited),
      },
      seconds,
    };
  }
}
