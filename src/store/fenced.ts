// What `decide` throws passes by the translation of the store's own faults.
import type { Change, Slice } from "./store.ts";

class Thrown extends Error {
  readonly what: unknown;
  constructor(what: unknown) {
    super("decide threw", { cause: what });
    this.what = what;
  }
}

export function fencedOff(decide: (slice: Slice) => Change | undefined): typeof decide {
  return (slice) => {
    try {
      return decide(slice);
    } catch (error) {
      throw new Thrown(error);
    }
  };
}

/** What `decide` threw; any other error as it is. */
export const unfenced = (error: unknown): unknown => (error instanceof Thrown ? error.what : error);
