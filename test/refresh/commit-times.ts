// How long an answer of the login server is in memory alone: from its last byte to the commit, in a process that does
// nothing else.
import type { CommitTime } from "./kill-trial.ts";
import { Ear } from "./kill-trial.ts";
import { quantile } from "./random.ts";
import { sharedHome } from "./shared-home.ts";
import { startTokenIssuer } from "./token-issuer.ts";
import { startUser } from "./user-process.ts";

export interface Times {
  readonly p50: number;
  readonly p99: number;
}

export type CommitTimes = Readonly<Record<keyof CommitTime, Times>> & { readonly commits: number };

export function commitTimesOf(commits: readonly CommitTime[]): CommitTimes {
  const times = (key: keyof CommitTime): Times => {
    const values = commits.map((commit) => commit[key]);
    return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
  };
  return { commits: commits.length, fromRead: times("fromRead"), fromSent: times("fromSent") };
}

/** One process, one refresh after the other. The first ones are not counted: they load what the others use. */
export async function commitTimes(refreshes: number): Promise<CommitTimes> {
  const issuer = await startTokenIssuer();
  const home = sharedHome({ tokenUrl: issuer.tokenUrl });
  await home.logIn(await issuer.login());
  const user = await startUser({ home: home.path });
  const ear = new Ear(user, issuer);
  try {
    for (let n = 0; n < WARM_UP + refreshes; n++) await user.ask({ refresh: true });
    return commitTimesOf(ear.commits.slice(WARM_UP));
  } finally {
    user.child.kill("SIGKILL");
    await user.ended;
    await Promise.all([issuer.stop(), home.remove()]);
  }
}

const WARM_UP = 20;
