// What a caller pays for the refresh: next to nothing while the token is fresh; and of many who wait for one refresh,
// when each has the new token.
import assert from "node:assert/strict";
import { LiveAgent } from "../../src/access/live-agent.ts";
import { Loads } from "../../src/access/loads.ts";
import { Logins } from "../../src/access/logins.ts";
import type { CommandDeps } from "../../src/access/open-deps.ts";
import { openDeps } from "../../src/access/open-deps.ts";
import { readView } from "../../src/access/read-view.ts";
import { Refresher } from "../../src/access/refresh.ts";
import { CLIENT_ID } from "../support/identity-settings.ts";
import { quantile } from "./random.ts";
import { sharedHome } from "./shared-home.ts";
import { LIFETIME_MS, startTokenIssuer } from "./token-issuer.ts";
import { LOGIN_ID } from "./user-protocol.ts";

export interface CallerCosts {
  /** what a caller adds that finds a fresh token, µs */
  readonly freshUs: { readonly p50: number; readonly p99: number; readonly most: number };
  readonly waiting: {
    readonly callers: number;
    /** with the new token */
    readonly served: number;
    readonly refreshes: number;
    /** from the first call until the last caller had its token, ms */
    readonly ms: number;
  };
}

const WARM_UP = 2_000;

export async function callerCosts(callers = 1000, turns = 20_000): Promise<CallerCosts> {
  const issuer = await startTokenIssuer();
  const home = sharedHome({ tokenUrl: issuer.tokenUrl });
  await home.logIn(await issuer.login());
  const deps = openDeps({ processEnv: { HOME: home.path }, now: Date.now, version: "0", osHome: home.path });
  try {
    const gateway = await likeAGateway(deps, issuer.tokenUrl);
    const freshUs = await freshCosts(gateway, turns);
    await home.logIn(await issuer.login(), Date.now() - LIFETIME_MS);
    await gateway.reread();
    const startedAt = performance.now();
    const tokens = await Promise.all(Array.from({ length: callers }, gateway.call));
    const ms = performance.now() - startedAt;
    const served = tokens.filter((token) => token === issuer.asked[0]?.access).length;
    return { freshUs, waiting: { callers, served, refreshes: issuer.asked.length, ms } };
  } finally {
    await deps.close();
    await Promise.all([issuer.stop(), home.remove()]);
  }
}

interface LikeAGateway {
  /** the token with which a call would go on */
  call(): Promise<string | undefined>;
  ready(): Promise<unknown> | undefined;
  reread(): Promise<void>;
}

/** The parts of a gateway that get a login ready for a call. */
async function likeAGateway(deps: CommandDeps, url: string): Promise<LikeAGateway> {
  const view = await readView(deps, "main");
  const live = new LiveAgent(view, new Loads(), () => view);
  const reread = async () => live.replaceView(await readView(deps, "main"));
  const refresher = new Refresher({
    store: () => deps.store(),
    endpoint: () => ({ url, encoding: "form", clientId: CLIENT_ID }),
    now: Date.now,
  });
  const logins = new Logins({ refresher, reread, now: Date.now, report: () => undefined });
  const profile = () => live.view.snapshot.profiles.find(({ id }) => id === LOGIN_ID)!;
  const ready = () => logins.ready(live, profile());
  return {
    ready,
    reread,
    async call() {
      assert.equal(await ready(), undefined);
      return live.view.secrets.get(LOGIN_ID)?.reveal();
    },
  };
}

async function freshCosts({ ready }: LikeAGateway, turns: number): Promise<CallerCosts["freshUs"]> {
  const us: number[] = [];
  for (let turn = 0; turn < WARM_UP + turns; turn++) {
    const startedAt = process.hrtime.bigint();
    const wait = ready();
    const took = Number(process.hrtime.bigint() - startedAt) / 1000;
    assert.equal(wait, undefined);
    if (turn >= WARM_UP) us.push(took);
  }
  return { p50: quantile(us, 0.5), p99: quantile(us, 0.99), most: quantile(us, 1) };
}
