// Valid JSON, made wrong in one or several places by somebody who knows its shape. The same seed, the same faults.

export type Random = () => number;

/** mulberry32: small, and the same on every machine. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const pick = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)]!;

type Holder = Record<string, unknown> | unknown[];
interface Place {
  readonly holder: Holder;
  readonly key: string | number;
}

const DEEPEST = 200;

function placesIn(value: unknown, places: Place[] = [], depth = 0): Place[] {
  if (typeof value !== "object" || value === null || depth > DEEPEST) return places;
  const holder = value as Holder;
  const keys = Array.isArray(holder) ? [...holder.keys()] : Object.keys(holder);
  for (const key of keys) {
    places.push({ holder, key });
    placesIn((holder as Record<string | number, unknown>)[key], places, depth + 1);
  }
  return places;
}

const deep = (depth: number): unknown => JSON.parse(`${'{"a":['.repeat(depth)}1${"]}".repeat(depth)}`);

const VALUES: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => -1,
  () => 0,
  () => 1e308,
  () => 0.5,
  () => "",
  () => " ",
  () => "constructor",
  () => "__proto__",
  () => "hasOwnProperty",
  () => "openclaw:",
  () => "openclaw:openai-responses:x",
  () => "data:;base64,",
  () => "data:%",
  () => "\ud800",
  () => "x".repeat(5_000),
  () => "\u0000\n\r",
  () => [],
  () => [null],
  () => [[]],
  () => ({}),
  () => ({ type: "text" }),
  () => ({ type: "toString" }),
  () => JSON.parse('{"__proto__":{"type":"text"}}'),
  // No text and no number can be made of it.
  () => ({ toString: 0, valueOf: 0 }),
  () => deep(50),
];

/** Once in a while: `JSON.stringify` finds it too deep. */
const VERY_DEEP = 20_000;

/** What objects have without being given it. */
const INHERITED = ["constructor", "toString", "__proto__", "valueOf"];

type Fault = (place: Place, all: readonly Place[], random: Random) => void;

const read = ({ holder, key }: Place): unknown => (holder as Record<string | number, unknown>)[key];
const write = ({ holder, key }: Place, value: unknown): void =>
  void Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });

const FAULTS: readonly Fault[] = [
  (place, _all, random) => write(place, random() < 0.001 ? deep(VERY_DEEP) : pick(VALUES, random)()),
  (place, _all, random) => write(place, pick(VALUES, random)()),
  ({ holder, key }) =>
    Array.isArray(holder) ? holder.splice(Number(key), 1) : delete (holder as Record<string, unknown>)[key],
  ({ holder, key }) => {
    if (Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)]));
  },
  (place, all, random) => write(place, structuredClone(read(pick(all, random)))),
  ({ holder, key }, all, random) => {
    const other = pick(all, random);
    if (!Array.isArray(holder)) write({ holder, key: String(other.key) }, holder[key]);
  },
  ({ holder, key }, _all, random) => {
    if (!Array.isArray(holder)) write({ holder, key: pick(INHERITED, random) }, holder[key]);
  },
  (place) => {
    const value = read(place);
    if (typeof value === "string") write(place, value.slice(0, Math.floor(value.length / 2)));
    else write(place, JSON.stringify(value));
  },
  (place) => write(place, [read(place)]),
];

/** A copy with one to three faults. */
export function mutated(value: unknown, random: Random): unknown {
  const copy: unknown = structuredClone(value);
  for (let left = 1 + Math.floor(random() * 3); left > 0; left--) {
    const places = placesIn(copy);
    if (places.length === 0 || places.length > 10_000) break;
    try {
      pick(FAULTS, random)(pick(places, random), places, random);
    } catch (error) {
      // What is very deep cannot be copied.
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return copy;
}
