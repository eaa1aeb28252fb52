// Which test files run in one process. Most of a small file's time is the loading and warming up of what it tests:
// files that share a process pay for that once.
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** So few have a process each: what is seen of one is its own. */
const FEW = 4;

/**
 * What to give to `node --test` to run `files` in `count` shares, which are written to `folder`. Each of those that
 * `alone` matches is a share of its own. Neighbours, which are alike, go to different shares.
 */
export function shares(
  files: readonly string[],
  { count, alone, folder }: { count: number; alone?: RegExp; folder: string },
): string[] {
  if (files.length <= FEW) return [...files];
  const apart = files.filter((file) => alone?.test(file));
  const shared = files.filter((file) => !alone?.test(file));
  const parts = Math.min(count, Math.ceil(shared.length / FEW));
  const mixed = Array.from({ length: parts }, (_, n) => shared.filter((_file, index) => index % parts === n));
  return [...apart.map((file) => [file]), ...mixed].map((share, n) => {
    // Node begins with the file that is first by its name, whatever it is given first.
    const path = join(folder, `share-${String(n + 1).padStart(2, "0")}.test.mjs`);
    writeFileSync(path, program(share));
    return path;
  });
}

function program(files: readonly string[]): string {
  const named = files.map((file) => [file, pathToFileURL(resolve(file)).href]);
  // A suite whose file cannot be loaded is no failed test by itself.
  return `import { describe, test } from "node:test";
for (const [file, url] of ${JSON.stringify(named, undefined, 2)})
  describe(file, () => import(url).catch((error) => { test("is loaded", () => { throw error; }); }));
`;
}
