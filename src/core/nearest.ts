// "Did you mean": the known word nearest to a mistyped one.

/** The candidate with the fewest edits, if they are few enough for a slip of the hand. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let fewest = Math.max(2, Math.ceil(word.length / 2)) + 1;
  for (const candidate of candidates) {
    const distance = edits(word.toLowerCase(), candidate.toLowerCase());
    if (distance < fewest) [best, fewest] = [candidate, distance];
  }
  return best;
}

/** The same where most unknown words are meant: one wrong letter, or two of a long word. */
export function slip(word: string, candidates: readonly string[]): string | undefined {
  const most = word.length > 6 ? 2 : word.length > 3 ? 1 : 0;
  return candidates.find((candidate) => edits(word.toLowerCase(), candidate.toLowerCase()) <= most);
}

/** Levenshtein distance. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
