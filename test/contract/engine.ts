// What the suites of the store run on, and what they share.
import type { Credential } from "../../src/core/credential.ts";
import type { Change, Store, Touch } from "../../src/store/store.ts";

/** A place for stores, empty at first. */
export interface StoreHome {
  /** Another client of the same data. */
  open(): Store;
  remove(): Promise<void>;
}

export interface Engine {
  readonly name: string;
  create(now: () => number): Promise<StoreHome>;
  /** Runs of a property: fewer where each costs a file. */
  readonly runs: number;
}

export const NOW = 1_800_000_000_000;
export const key = (secret: string, more: object = {}): Credential => ({
  type: "api_key",
  provider: "openai",
  key: `sk-fake-${secret}`,
  ...more,
});

export const setting = (profiles: Record<string, Credential | null>): [Touch, () => Change] => [
  { profiles: Object.keys(profiles) },
  () => ({ profiles: new Map(Object.entries(profiles)) }),
];

/** What the suite of each part is given. */
export interface Context {
  readonly agent: () => string;
  readonly store: () => Store;
  readonly open: () => Store;
  readonly runs: number;
}

export const put = (
  store: Store,
  agent: string,
  profiles: Record<string, Credential | null>,
): Promise<boolean> => store.update(agent, ...setting(profiles));

export const profilesOf = async (store: Store, agent: string): Promise<[string, Credential][]> =>
  (await store.read(agent)).state.profiles.map(({ id, credential }) => [id, credential]);

export async function generationOf(store: Store, agent: string, id: string): Promise<string> {
  const { state } = await store.read(agent);
  return state.profiles.find((profile) => profile.id === id)!.generation;
}
