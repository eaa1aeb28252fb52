// The house of STYLE.md: which room may know which, read from the imports; and what no file of the
// repository may name.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "..");

/** Rooms by floor. A room may import itself and every floor above it in this list, never its own neighbours. */
const FLOORS = [
  ["core"],
  ["wire"],
  ["config", "store", "secrets", "oauth"],
  ["providers"],
  ["access"],
  ["doctor", "onboard"],
  ["gateway"],
  ["cli"],
  ["main.ts"],
] as const;

/** Reaches the gateway over the network only. */
const UI = "ui";

/** Core decides and does nothing: of Node it may use what has no effect, of packages nothing. */
const OUTSIDE_FOR_CORE = new Set(["node:util"]);

/** `import … from "x"`, `export … from "x"`, `import "x"`, `import("x")`; types count, they are knowledge too. */
const IMPORT =
  /^\s*(?:import|export)\s[^;"']*?from\s*"([^"]+)"|^\s*import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;

interface Import {
  /** relative to the repository */
  readonly file: string;
  readonly specifier: string;
}

const imports: readonly Import[] = globSync("src/**/*.{ts,tsx}", { cwd: ROOT })
  .filter((file) => !file.endsWith(".test.ts"))
  .flatMap((file) =>
    [...readFileSync(join(ROOT, file), "utf8").matchAll(IMPORT)].map((match) => ({
      file,
      specifier: (match[1] ?? match[2] ?? match[3])!,
    })),
  );

const roomOf = (path: string): string => path.split("/")[1]!;
const floorOf = (room: string): number =>
  FLOORS.findIndex((rooms) => (rooms as readonly string[]).includes(room));
const isLocal = ({ specifier }: Import): boolean => specifier.startsWith(".");
const targetOf = ({ file, specifier }: Import): string =>
  relative(ROOT, join(ROOT, dirname(file), specifier));

/** Fails with all sentences, one a line. */
function assertNone(problems: readonly string[]): void {
  assert.equal(problems.join("\n"), "");
}

test("every file under src lives in a room of the house", () => {
  const strays = globSync("src/**/*.{ts,tsx}", { cwd: ROOT }).filter(
    (file) => floorOf(roomOf(file)) === -1 && roomOf(file) !== UI,
  );
  assertNone(strays.map((file) => `${file} is in no room that this test knows.`));
});

test("imports point toward core", () => {
  assertNone(imports.filter(isLocal).flatMap((entry) => directionFault(entry) ?? []));
});

function directionFault(entry: Import): string | undefined {
  const target = targetOf(entry);
  const from = roomOf(entry.file);
  const sentence = `${entry.file} imports ${entry.specifier}:`;
  if (!target.startsWith("src/")) return `${sentence} nothing under src may import what lies outside it.`;
  const to = roomOf(target);
  if (from === to) return undefined;
  if (from === UI || to === UI) return `${sentence} ui and the rest meet over the network only.`;
  if (floorOf(to) < floorOf(from)) return undefined;
  return `${sentence} ${from} may know only ${FLOORS.slice(0, floorOf(from)).flat().join(", ") || "itself"}.`;
}

test("core does nothing: no files, no network, no processes, no packages", () => {
  const outside = imports.filter(
    (entry) => roomOf(entry.file) === "core" && !isLocal(entry) && !OUTSIDE_FOR_CORE.has(entry.specifier),
  );
  assertNone(outside.map(({ file, specifier }) => `${file} imports ${specifier}, which core may not.`));
});

/** Codex runs commands in one of its own, and is told which. */
const CODEXS_OWN = /"--sandbox"|sandbox_mode=/g;

test("the gateway does not know the sandbox", () => {
  const sources = globSync("src/**/*.ts", { cwd: ROOT }).filter((file) => !file.endsWith(".test.ts"));
  const textOf = (file: string) => readFileSync(join(ROOT, file), "utf8").replaceAll(CODEXS_OWN, "");
  const knowing = sources.filter((file) => /sandbox/i.test(textOf(file)));
  assertNone(knowing.map((file) => `${file} names the sandbox, which is an upstream like any other.`));
});

/** Written in parts, so that this file does not name them either. */
const UNPORTABLE = [
  { what: "a path of one machine", pattern: /(?<![\w.~-])\/(?:work\/(?:main|shared)|root)\b/ },
  { what: "a Node of one machine", pattern: new RegExp(`/tmp/${"node24"}`) },
  { what: "a registry's host", pattern: new RegExp(["registry", "(npmjs|yarnpkg)"].join("\\.")) },
];

test(
  "no file names a path of one machine or a registry's host",
  { skip: !existsSync(join(ROOT, ".git")) },
  () => {
    const files = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" }).split("\0");
    const present = files.filter((file) => file !== "" && existsSync(join(ROOT, file)));
    assertNone(
      present.flatMap((file) => {
        const text = readFileSync(join(ROOT, file), "utf8");
        return UNPORTABLE.filter(({ pattern }) => pattern.test(text)).map(
          ({ what }) => `${file} names ${what}.`,
        );
      }),
    );
  },
);
