// What `decide` throws passes by the translation of the store's own faults.
class Thrown extends Error {
  readonly what: unknown;
  constructor(what: unknown) {
    super("decide threw", { cause: what });
    this.what = what;
  }
}

export function fencedOff<Seen, Wanted>(decide: (seen: Seen) => Wanted): typeof decide {
  return (seen) => {
    try {
      return decide(seen);
    } catch (error) {
      throw new Thrown(error);
    }
  };
}

/** What `decide` threw; any other error as it is. */
export const unfenced = (error: unknown): unknown => (error instanceof Thrown ? error.what : error);
