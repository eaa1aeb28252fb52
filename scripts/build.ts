// `npm run build`: one code-split bundle in dist/ that needs Node 24 and nothing else. start and test build
// only what is stale.
import { createHash } from "node:crypto";
import {
  chmodSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import type { OutputFile, Plugin } from "esbuild";

const ROOT = join(import.meta.dirname, "..");
const DIST = join(ROOT, "dist");
const STAMP = join(DIST, ".stamp");

/** Where `bin` points. */
export const ENTRY = join(DIST, "main.js");

/** A running gateway may still load a chunk of the build that it was started from. */
const KEEP_OLD_CHUNKS_MS = 24 * 60 * 60_000;

/**
 * What `bin` points to, before `src/main.ts`. It loads nothing statically: an older Node fails on the bundle's
 * imports before its first statement runs, and the compile cache covers only what is loaded after it is on. The
 * cache lies beside the code, since whoever can write to it decides what runs (the temp folder is everybody's).
 */
const LAUNCHER = `#!/usr/bin/env node
import module from "node:module";
import { fileURLToPath } from "node:url";
if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error("openclaw needs Node 24 or newer, and this is " + process.version + ". Install Node 24, or in a checkout run: npm run -s openclaw -- --help");
  process.exit(1);
}
module.enableCompileCache(fileURLToPath(new URL(".compile-cache", import.meta.url)));
await import("./openclaw.js");
`;

/** Bundled CommonJS (undici) asks for Node's own modules through `require`. */
const REQUIRE = `import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);`;

/** Builds when the sources are not those that dist/ was built from. */
export async function buildIfStale(): Promise<void> {
  if (readText(STAMP) !== fingerprint()) await build();
}

export async function build(): Promise<void> {
  const startedAt = Date.now();
  const stamp = fingerprint();
  const outputs = await bundle();
  mkdirSync(DIST, { recursive: true });
  for (const { path, contents } of outputs) replace(path, contents);
  replace(join(DIST, "package.json"), `${JSON.stringify({ type: "module" })}\n`);
  replace(ENTRY, LAUNCHER);
  chmodSync(ENTRY, 0o755);
  removeOldChunks(new Set(outputs.map(({ path }) => basename(path))));
  replace(STAMP, stamp);
  process.stderr.write(`Built dist/ in ${Date.now() - startedAt} ms.\n`);
}

async function bundle(): Promise<OutputFile[]> {
  const esbuild = await import("esbuild");
  const { outputFiles } = await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: { openclaw: "src/main.ts", "store-thread": "src/store/store-thread.ts" },
    outdir: "dist",
    // beside the entries, so that a worker's file is found from any chunk
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    minifyWhitespace: true,
    minifySyntax: true,
    banner: { js: REQUIRE },
    define: { __VERSION__: JSON.stringify(version()) },
    legalComments: "none",
    plugins: [lazyPackages],
    write: false,
  });
  return outputFiles;
}

/**
 * `createRequire(import.meta.url)("x")` loads a package only when it is needed, without waiting. esbuild
 * bundles such a package, still unevaluated, when it stands as a plain `require`.
 */
const lazyPackages: Plugin = {
  name: "lazy-packages",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const call = "createRequire(import.meta.url)(";
      return text.includes(call) ? { contents: text.replaceAll(call, "require("), loader: "ts" } : undefined;
    });
  },
};

const version = (): string => JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version;

/** Changes whenever the bundle could. */
function fingerprint(): string {
  const sources = globSync("src/**/*", {
    cwd: ROOT,
    exclude: (path) => path.endsWith(".test.ts"),
  }).toSorted();
  const hash = createHash("sha256");
  for (const path of [...sources, "package.json", "package-lock.json", "scripts/build.ts"]) {
    if (statSync(join(ROOT, path)).isFile()) hash.update(`${path}\n`).update(readFileSync(join(ROOT, path)));
  }
  return hash.digest("hex");
}

/** In one step, so that a program starting now finds the old file or the new one. */
function replace(path: string, contents: string | Uint8Array): void {
  const next = `${path}.${process.pid}.tmp`;
  writeFileSync(next, contents);
  renameSync(next, path);
}

function removeOldChunks(current: ReadonlySet<string>): void {
  const oldest = Date.now() - KEEP_OLD_CHUNKS_MS;
  for (const name of globSync("*-*.js", { cwd: DIST })) {
    const path = join(DIST, name);
    if (!current.has(name) && statSync(path).mtimeMs < oldest) rmSync(path);
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

if (import.meta.main) await build();
