// Matching of expectations: objects are subsets, arrays exact in length and order, scalars equal; an object with
// a key that begins with `$` is a matcher. The format is that of the recorded cases.
import { isDeepStrictEqual } from "node:util";

type Fields = Readonly<Record<string, unknown>>;

/** One sentence per place that does not match; none when all does. */
export function mismatches(expected: unknown, actual: unknown, place = "value"): string[] {
  if (isFields(expected)) {
    const name = Object.keys(expected).find((key) => key.startsWith("$"));
    if (name === undefined) return fieldMismatches(expected, actual, place);
    const matcher = MATCHERS[name];
    return matcher ? matcher(expected, actual, place) : [`${place}: there is no matcher ${name}`];
  }
  if (Array.isArray(expected)) return listMismatches(expected, actual, place);
  return expected === actual ? [] : [differs(place, show(expected), actual)];
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const fits = (expected: unknown, actual: unknown): boolean => mismatches(expected, actual).length === 0;

const differs = (place: string, wanted: string, actual: unknown): string =>
  `${place}: expected ${wanted}, got ${show(actual)}`;

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function fieldMismatches(expected: Fields, actual: unknown, place: string): string[] {
  if (!isFields(actual)) return [differs(place, "an object", actual)];
  return Object.entries(expected).flatMap(([key, value]) =>
    mismatches(value, actual[key], `${place}.${key}`),
  );
}

function listMismatches(expected: readonly unknown[], actual: unknown, place: string): string[] {
  if (!Array.isArray(actual) || actual.length !== expected.length)
    return [differs(place, show(expected), actual)];
  return expected.flatMap((value, index) => mismatches(value, actual[index], `${place}[${index}]`));
}

type Matcher = (matcher: Fields, actual: unknown, place: string) => string[];

/** A matcher that holds or does not; `wanted` says what it looks for. */
const holds =
  (wanted: (matcher: Fields) => string, judge: (matcher: Fields, actual: unknown) => boolean): Matcher =>
  (matcher, actual, place) =>
    judge(matcher, actual) ? [] : [differs(place, wanted(matcher), actual)];

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const keysOf = (value: unknown): string[] =>
  typeof value === "object" && value !== null ? Object.keys(value).toSorted() : [];

const MATCHERS: Readonly<Record<string, Matcher>> = {
  $any: holds(
    () => "anything",
    (_, actual) => actual !== undefined,
  ),
  $absent: holds(
    () => "nothing",
    (_, actual) => actual === undefined,
  ),
  $re: holds(
    ({ $re }) => `/${String($re)}/`,
    ({ $re, flags }, actual) =>
      typeof actual === "string" && new RegExp(String($re), String(flags ?? "")).test(actual),
  ),
  $type: holds(
    ({ $type }) => String($type),
    ({ $type }, actual) => typeName(actual) === $type,
  ),
  $near: holds(
    ({ $near }) => `about ${String($near)}`,
    ({ $near, tol = 120_000 }, actual) =>
      typeof actual === "number" && Math.abs(actual - Number($near)) <= Number(tol),
  ),
  $exact: holds(
    ({ $exact }) => `exactly ${show($exact)}`,
    ({ $exact }, actual) => isDeepStrictEqual(actual, $exact),
  ),
  $len: holds(
    ({ $len }) => `${String($len)} entries`,
    ({ $len }, actual) => (Array.isArray(actual) ? actual : keysOf(actual)).length === $len,
  ),
  $keys: holds(
    ({ $keys }) => `the keys ${show($keys)}`,
    ({ $keys }, actual) => isDeepStrictEqual(keysOf(actual), listOf($keys).map(String).toSorted()),
  ),
  $not: holds(
    ({ $not }) => `anything but ${show($not)}`,
    ({ $not }, actual) => !fits($not, actual),
  ),
  $oneOf: holds(
    ({ $oneOf }) => `one of ${show($oneOf)}`,
    ({ $oneOf }, actual) => listOf($oneOf).some((each) => fits(each, actual)),
  ),
  $has: holds(
    ({ $has }) => `a list with ${show($has)}`,
    ({ $has }, actual) => listOf($has).every((each) => listOf(actual).some((item) => fits(each, item))),
  ),
  $none: holds(
    ({ $none }) => `no entry like ${show($none)}`,
    ({ $none }, actual) => !listOf(actual).some((item) => fits($none, item)),
  ),
  $set: holds(
    ({ $set }) => `in any order ${show($set)}`,
    ({ $set }, actual) => isSet(listOf($set), listOf(actual)),
  ),
  $all: ({ $all }, actual, place) => listOf($all).flatMap((each) => mismatches(each, actual, place)),
  $find: ({ $find, is }, actual, place) => {
    const found = listOf(actual).find((item) => fits($find, item));
    return found === undefined
      ? [differs(place, `an entry like ${show($find)}`, actual)]
      : mismatches(is, found, `${place}[${show($find)}]`);
  },
  $finds: ({ $finds, len }, actual, place) => [
    ...(len === undefined || listOf(actual).length === len
      ? []
      : [differs(place, `${String(len)} entries`, actual)]),
    ...listOf($finds).flatMap((each) => {
      const { where, is } = each as Fields;
      return mismatches({ $find: where, is }, actual, place);
    }),
  ],
};

function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** Each expectation takes one entry, in whatever order. */
function isSet(expected: readonly unknown[], actual: readonly unknown[]): boolean {
  const left = [...actual];
  for (const each of expected) {
    const index = left.findIndex((item) => fits(each, item));
    if (index === -1) return false;
    left.splice(index, 1);
  }
  return left.length === 0;
}
