// One trial of the kill soak: a process refreshes a login and is killed on the way; another process takes over. What
// the provider's journal and the store say afterwards is the verdict.
import { setTimeout as pause } from "node:timers/promises";
import type { RefreshStage } from "../../src/access/refresh.ts";
import type { SharedHome } from "./shared-home.ts";
import type { Asked, FreshLogin, TokenIssuer } from "./token-issuer.ts";
import type { LoginUser } from "./user-process.ts";

/** `idle`: before the lease; `done`: it had answered already. */
export type DeathStage = "idle" | RefreshStage | "done";

export const DEATH_STAGES: readonly DeathStage[] = [
  "idle",
  "leased",
  "intended",
  "sent",
  "answered",
  "committed",
  "published",
  "done",
];

export interface Aim {
  /** `asked`: the provider has the question */
  readonly stage: Exclude<DeathStage, "done"> | "asked";
  readonly delayMs: number;
  /** another process waits for the same refresh already */
  readonly awaited: boolean;
}

export interface Verdict {
  /** the last stage that the killed process had said */
  readonly stage: DeathStage;
  /** How far its refresh had come: never at the provider, answered there and lost on the way, or in the store. */
  readonly fate: "unsent" | "between" | "committed";
  /** The stored login could be refreshed by another process. */
  readonly works: boolean;
  /** from the last byte read, and from the last byte that the provider sent, to the commit, ms */
  readonly commits: readonly CommitTime[];
  readonly message?: string;
}

export interface CommitTime {
  readonly fromRead: number;
  readonly fromSent: number;
}

export interface TrialParts {
  readonly home: SharedHome;
  readonly issuer: TokenIssuer;
  readonly login: FreshLogin;
  readonly victim: LoginUser;
  readonly other: LoginUser;
  readonly aim: Aim;
}

export async function killTrial(parts: TrialParts): Promise<Verdict> {
  const { home, issuer, login, victim, other } = parts;
  const before = issuer.asked.length;
  const held = (await home.stored()).credential.refresh!;
  const ears = { victim: new Ear(victim, issuer), other: new Ear(other, issuer) };
  const { stage, awaited } = await kill(parts);
  await settled(issuer);
  const waited = await awaited;
  // A question that was cut off says nothing of a token.
  const asked = issuer.asked.slice(before).filter(({ spent }) => spent !== undefined);
  // Whoever waited may have been the only one who asked.
  const left = asked.length > ears.other.sent;
  const fate = left ? await fateOf(home, asked, held) : "unsent";
  const proof = await other.ask({ refresh: true });
  const renewed = proof && "result" in proof && proof.result === "renewed";
  const stored = (await home.stored()).credential.refresh;
  const works = renewed === true && issuer.lives(login.grantId) && stored === issuer.asked.at(-1)?.refresh;
  const said = [waited, proof].flatMap((answer) => (answer && "message" in answer ? [answer.message] : []));
  return {
    stage,
    fate,
    works,
    commits: [...ears.victim.commits, ...ears.other.commits],
    ...(said[0] !== undefined && { message: said[0] }),
  };
}

async function kill({ victim, other, issuer, aim }: TrialParts) {
  let stage: DeathStage = "idle";
  let awaited: ReturnType<LoginUser["ask"]> | undefined;
  const strike = () => {
    if (aim.delayMs > 0) setTimeout(() => victim.child.kill("SIGKILL"), aim.delayMs);
    else victim.child.kill("SIGKILL");
  };
  const told = victim.onStage;
  victim.onStage = (reached) => {
    told(reached);
    stage = reached.stage;
    if (reached.stage === aim.stage) strike();
    if (reached.stage === "leased" && aim.awaited) awaited = other.ask({ refresh: true });
  };
  void victim.ask({ refresh: true }).then((answer) => {
    // It came through before the aim, as when there was nothing to do.
    if (answer) stage = "done";
    victim.child.kill("SIGKILL");
  });
  issuer.onAsked = () => {
    issuer.onAsked = () => undefined;
    if (aim.stage === "asked") strike();
  };
  if (aim.stage === "idle") strike();
  await victim.ended;
  return { stage, awaited };
}

/** The provider goes on with what it was asked, also for a client that is gone. */
async function settled(issuer: TokenIssuer): Promise<void> {
  await pause(2);
  while (issuer.asked.some(({ status }) => status === undefined)) await pause(1);
}

async function fateOf(home: SharedHome, asked: readonly Asked[], held: string): Promise<Verdict["fate"]> {
  const { refresh } = asked.find(({ spent }) => spent === held)!;
  const { credential } = await home.stored();
  // Whoever waited has perhaps spent what was committed, and committed again.
  const followed = asked.some(({ spent }) => spent === refresh);
  return credential.refresh === refresh || followed ? "committed" : "between";
}

/** Hears a process's stages. */
export class Ear {
  readonly commits: CommitTime[] = [];
  sent = 0;
  #readAt = 0;

  constructor(user: LoginUser, issuer: TokenIssuer) {
    user.onStage = ({ stage, at }) => {
      if (stage === "sent") this.sent++;
      if (stage === "answered") this.#readAt = at;
      const sentAt = issuer.asked.at(-1)?.answeredAt ?? at;
      if (stage === "committed") this.commits.push({ fromRead: at - this.#readAt, fromSent: at - sentAt });
    };
  }
}
