// How long an answer of the login server is in memory alone: from its last byte to the commit, in a process that does
// nothing else.
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
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

/** Commits of a process that does nothing else, and what the disk takes by itself in the same minute. */
export interface CalmTimes extends CommitTimes {
  readonly disk: Times;
}

export interface CommitTimes extends Readonly<Record<keyof CommitTime, Times>> {
  readonly commits: number;
}

export function commitTimesOf(commits: readonly CommitTime[]): CommitTimes {
  const times = (key: keyof CommitTime): Times => {
    const values = commits.map((commit) => commit[key]);
    return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
  };
  return { commits: commits.length, fromRead: times("fromRead"), fromSent: times("fromSent") };
}

/** One process, one refresh after the other. The first ones are not counted: they load what the others use. */
export async function commitTimes(refreshes: number): Promise<CalmTimes> {
  const issuer = await startTokenIssuer();
  const home = sharedHome({ tokenUrl: issuer.tokenUrl });
  await home.logIn(await issuer.login());
  const user = await startUser({ home: home.path });
  const ear = new Ear(user, issuer);
  try {
    for (let n = 0; n < WARM_UP + refreshes; n++) await user.ask({ refresh: true });
    return { ...commitTimesOf(ear.commits.slice(WARM_UP)), disk: diskTimes(join(home.path, "disk")) };
  } finally {
    user.child.kill("SIGKILL");
    await user.ended;
    await Promise.all([issuer.stop(), home.remove()]);
  }
}

const WARM_UP = 20;

/** 4 KB written and synced, as the end of a commit is. */
function diskTimes(path: string): Times {
  const file = openSync(path, "w");
  const page = Buffer.alloc(4096);
  const took = Array.from({ length: 300 }, () => {
    const startedAt = performance.now();
    writeSync(file, page);
    fsyncSync(file);
    return performance.now() - startedAt;
  });
  closeSync(file);
  return { p50: quantile(took, 0.5), p99: quantile(took, 0.99) };
}
