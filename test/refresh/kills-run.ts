// The kill soak: lanes of trials side by side, half of them before a provider that ends a login when a spent token comes
// back, half before one with a time of grace.
import { setTimeout as pause } from "node:timers/promises";
import type { CommitTimes } from "./commit-times.ts";
import { commitTimesOf } from "./commit-times.ts";
import type { Aim, CommitTime, DeathStage, Verdict } from "./kill-trial.ts";
import { DEATH_STAGES, killTrial } from "./kill-trial.ts";
import { randomFrom } from "./random.ts";
import type { SharedHome } from "./shared-home.ts";
import { sharedHome } from "./shared-home.ts";
import type { FreshLogin, TokenIssuer } from "./token-issuer.ts";
import { startTokenIssuer } from "./token-issuer.ts";
import type { LoginUser } from "./user-process.ts";
import { startUser } from "./user-process.ts";

export interface KillOptions {
  readonly trials: number;
  readonly seed: number;
  /** side by side; each has a home and a provider of its own */
  readonly lanes: number;
  readonly progress?: (text: string) => void;
}

export type ProviderKind = "strict" | "grace";

/** What became of the logins of trials that died at one stage. */
export interface Tally {
  kills: number;
  unsent: number;
  between: number;
  committed: number;
  /** logins that work no more, by how far the refresh had come */
  lostUnsent: number;
  lostBetween: number;
  lostCommitted: number;
}

export interface KillReport {
  readonly seed: number;
  readonly trials: number;
  readonly byStage: Readonly<Record<DeathStage, Tally>>;
  /** kills in between, and how many of these the old token survived */
  readonly between: Readonly<Record<ProviderKind, { readonly kills: number; readonly survived: number }>>;
  /** of the killed and of those that took over */
  readonly commitMs: CommitTimes;
  /** messages of trials whose login was lost although it should not be */
  readonly faults: readonly string[];
  readonly seconds: number;
}

const GRACE_MS = 60_000;
const READY_VICTIMS = 2;

export async function runKills(options: KillOptions): Promise<KillReport> {
  const startedAt = performance.now();
  const totals = new Totals();
  let left = options.trials;
  const lanes = Array.from({ length: options.lanes }, async (_, n) => {
    const kind: ProviderKind = n % 2 === 0 ? "strict" : "grace";
    const lane = await Lane.open(kind, randomFrom(options.seed + n));
    try {
      while (left-- > 0) {
        totals.add(await lane.trial(), kind);
        if (totals.trials % 50 === 0) options.progress?.(totals.line(options.trials));
      }
    } finally {
      await lane.close();
    }
  });
  await Promise.all(lanes);
  return totals.report(options.seed, (performance.now() - startedAt) / 1000);
}

class Lane {
  readonly #random: () => number;
  readonly #issuer: TokenIssuer;
  readonly #home: SharedHome;
  readonly #other: LoginUser;
  readonly #victims: Promise<LoginUser>[] = [];
  #login: FreshLogin | undefined;

  static async open(kind: ProviderKind, random: () => number): Promise<Lane> {
    const delay = () => ({ beforeMs: random() * 8, afterMs: random() * 8 });
    const issuer = await startTokenIssuer({ delay, graceMs: kind === "grace" ? GRACE_MS : 0 });
    const home = sharedHome({ tokenUrl: issuer.tokenUrl });
    const other = await startUser({ home: home.path });
    return new Lane(random, issuer, home, other);
  }

  private constructor(random: () => number, issuer: TokenIssuer, home: SharedHome, other: LoginUser) {
    this.#random = random;
    this.#issuer = issuer;
    this.#home = home;
    this.#other = other;
  }

  async trial(): Promise<Verdict> {
    while (this.#victims.length < READY_VICTIMS) this.#victims.push(this.#startVictim());
    const victim = await this.#victims.shift()!;
    const login = await this.#goodLogin();
    const aim = aimOf(this.#random);
    return await killTrial({
      home: this.#home,
      issuer: this.#issuer,
      login,
      victim,
      other: this.#other,
      aim,
    });
  }

  #startVictim(): Promise<LoginUser> {
    return startUser({ home: this.#home.path });
  }

  /** The one of the last trial; after a loss the person has logged in again. */
  async #goodLogin(): Promise<FreshLogin> {
    if (this.#login && this.#issuer.lives(this.#login.grantId)) return this.#login;
    if (this.#login) this.#issuer.forget(this.#login.grantId);
    this.#login = await this.#issuer.login();
    await this.#home.logIn(this.#login);
    return this.#login;
  }

  async close(): Promise<void> {
    const users = [this.#other, ...(await Promise.all(this.#victims))];
    for (const { child } of users) child.kill("SIGKILL");
    await Promise.all(users.map(({ ended }) => ended));
    await pause(2);
    await Promise.all([this.#issuer.stop(), this.#home.remove()]);
  }
}

/** A stage, and up to how long after it the kill comes; more often where an answer is on its way. */
const AIMS: readonly (readonly [Aim["stage"], delayMs: number, weight: number])[] = [
  ["idle", 8, 1],
  ["leased", 3, 1],
  ["intended", 20, 1],
  ["sent", 25, 2],
  ["asked", 18, 4],
  ["answered", 2, 4],
  ["committed", 2, 1],
  ["published", 2, 1],
];

function aimOf(random: () => number): Aim {
  const all = AIMS.flatMap((aim) => Array.from({ length: aim[2] }, () => aim));
  const [stage, most] = all[Math.floor(random() * all.length)]!;
  // At once, or a while later: the shortest stages end within a message's way to us.
  const delayMs = random() < 0.4 ? 0 : random() * most;
  return { stage, delayMs, awaited: random() < 0.4 };
}

const newTally = (): Tally => ({
  kills: 0,
  unsent: 0,
  between: 0,
  committed: 0,
  lostUnsent: 0,
  lostBetween: 0,
  lostCommitted: 0,
});

const LOST = { unsent: "lostUnsent", between: "lostBetween", committed: "lostCommitted" } as const;
const MOST_FAULTS = 20;

class Totals {
  readonly #byStage = Object.fromEntries(DEATH_STAGES.map((stage) => [stage, newTally()])) as Record<
    DeathStage,
    Tally
  >;
  readonly #between = { strict: { kills: 0, survived: 0 }, grace: { kills: 0, survived: 0 } };
  readonly #commits: CommitTime[] = [];
  readonly #faults: string[] = [];
  trials = 0;

  add(verdict: Verdict, provider: ProviderKind): void {
    const { stage, fate, works } = verdict;
    this.trials++;
    const tally = this.#byStage[stage];
    tally.kills++;
    tally[fate]++;
    if (!works) tally[LOST[fate]]++;
    this.#commits.push(...verdict.commits);
    const between = this.#between[provider];
    if (fate === "between") {
      between.kills++;
      if (works) between.survived++;
    } else if (!works && this.#faults.length < MOST_FAULTS) {
      this.#faults.push(`killed ${stage}, ${fate}, ${provider}: ${verdict.message ?? "no message"}`);
    }
  }

  line(trials: number): string {
    const { strict, grace } = this.#between;
    const between = strict.kills + grace.kills;
    return `${this.trials} of ${trials} kills, ${between} in between, ${this.#faults.length} faults`;
  }

  report(seed: number, seconds: number): KillReport {
    return {
      seed,
      trials: this.trials,
      byStage: this.#byStage,
      between: this.#between,
      commitMs: commitTimesOf(this.#commits),
      faults: this.#faults,
      seconds,
    };
  }
}
