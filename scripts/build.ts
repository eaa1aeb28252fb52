// `npm run build`: the program in dist/, which needs Node 24 and nothing else. start and test build only what
// is stale.
//
// A process loads one CommonJS file: the whole program, or the part that the commands of every day need
// (scripts/daily.ts). Whole processes are measured, and every file that is loaded costs half a millisecond, every
// import of a Node module as ESM the reading of all that it exports. What a command does not need is still not
// run: esbuild turns each `import()` into a call.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { BuildOptions, OutputFile, Plugin } from "esbuild";
import { DAILY, dailyOnly, SELDOM_FLAGS } from "./daily.ts";

const ROOT = join(import.meta.dirname, "..");
const DIST = join(ROOT, "dist");
const STAMP = join(DIST, ".stamp");
const COMPILED = join(DIST, ".compile-cache");

/** Where `bin` points. */
export const ENTRY = join(DIST, "main.js");

/** Packages that few commands need, and large: each is a file of its own. */
const APART = ["undici", "@clack/prompts", "pino", "prom-client", "ws"];

/** Read by few commands, from beside the code. */
const DATA = ["src/providers/catalog.json"];

/** Builds when the sources are not those that dist/ was built from. */
export async function buildIfStale(): Promise<void> {
  if (readText(STAMP) !== fingerprint()) await build();
}

export async function build(): Promise<void> {
  const startedAt = Date.now();
  const stamp = fingerprint();
  const outputs = await bundle(stamp.slice(0, 16));
  mkdirSync(DIST, { recursive: true });
  for (const { path, contents } of [...outputs, ...(await bundleModules())]) replace(path, contents);
  declareTypes();
  replace(join(DIST, "package.json"), `${JSON.stringify({ type: "commonjs" })}\n`);
  for (const path of DATA) replace(join(DIST, basename(path)), readFileSync(join(ROOT, path)));
  replace(ENTRY, launcher());
  chmodSync(ENTRY, 0o755);
  removeOthers(new Set([ENTRY, ...outputs.map(({ path }) => path)].map((path) => basename(path))));
  rehearse();
  replace(STAMP, stamp);
  process.stderr.write(`Built dist/ in ${Date.now() - startedAt} ms.\n`);
}

/** @param number 16 characters that no other build has; the launcher looks for them behind the first two */
async function bundle(number: string): Promise<OutputFile[]> {
  const esbuild = await import("esbuild");
  const common = commonJs(number);
  const whole = {
    openclaw: "src/main.ts",
    "store-thread": "src/store/store-thread.ts",
    ...Object.fromEntries(APART.map((name) => [fileOf(name), name])),
  };
  const plugins = [packagesApart, lazyPackages];
  const built = await Promise.all([
    esbuild.build({ ...common, entryPoints: whole, plugins }),
    esbuild.build({ ...common, entryPoints: { daily: "src/main.ts" }, plugins: [dailyOnly, ...plugins] }),
  ]);
  return built.flatMap(({ outputFiles }) => outputFiles);
}

function commonJs(number: string) {
  return {
    absWorkingDir: ROOT,
    outdir: "dist",
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node24",
    supported: { "dynamic-import": false },
    minifyWhitespace: true,
    minifySyntax: true,
    define: {
      __VERSION__: JSON.stringify(version()),
      "import.meta.dirname": "__dirname",
      "import.meta.filename": "__filename",
    },
    banner: { js: `//${number}` },
    legalComments: "none",
    write: false,
  } satisfies BuildOptions;
}

/** What plugins import, and the process that they run in: modules, which load modules. */
async function bundleModules(): Promise<OutputFile[]> {
  const esbuild = await import("esbuild");
  const { outputFiles } = await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: { provider: "src/providers/plugin.ts", "plugin-host": "src/access/plugins/host.ts" },
    outdir: "dist",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    legalComments: "none",
    write: false,
  });
  return outputFiles;
}

/** The types of `openclaw-access/provider`, for authors of plugins. */
function declareTypes(): void {
  const folder = mkdtempSync(join(tmpdir(), "openclaw-types-"));
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const flags = "--ignoreConfig --declaration --emitDeclarationOnly --target es2024 --module nodenext".split(
    " ",
  );
  try {
    const source = join(ROOT, "src/providers/plugin.ts");
    execFileSync(process.execPath, [tsc, ...flags, "--outDir", folder, source], { cwd: folder });
    replace(join(DIST, "provider.d.mts"), readFileSync(join(folder, "plugin.d.ts")));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `@clack/prompts` → `clack-prompts` */
const fileOf = (name: string): string => name.replace("@", "").replace("/", "-");

/** Our code asks for these by file. */
const packagesApart: Plugin = {
  name: "packages-apart",
  setup({ onResolve }) {
    onResolve({ filter: /^[^.]/ }, ({ path, kind }) =>
      APART.includes(path) && kind !== "entry-point"
        ? { path: `./${fileOf(path)}.js`, external: true }
        : undefined,
    );
  },
};

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

function launcher(): string {
  return readFileSync(join(ROOT, "scripts/launcher.cjs"), "utf8")
    .replace('VERSION = "0.0.0"', `VERSION = ${JSON.stringify(version())}`)
    .replace("DAILY = []", `DAILY = ${JSON.stringify(DAILY)}`)
    .replace("SELDOM_FLAGS = []", `SELDOM_FLAGS = ${JSON.stringify(SELDOM_FLAGS)}`);
}

/** The launcher keeps what the first run of a bundle compiled: it is to be one that stands for the others. */
function rehearse(): void {
  const home = mkdtempSync(join(tmpdir(), "openclaw-build-"));
  const run = (words: readonly string[], input = "") =>
    execFileSync(process.execPath, [ENTRY, ...words], { env: { HOME: home }, input, encoding: "utf8" });
  try {
    run(["models", "auth", "paste-api-key", "--provider", "openai"], "sk-rehearsal");
    rmSync(COMPILED, { recursive: true, force: true });
    run(["models", "status", "--json"]);
    run(["models", "auth", "--agent", "main", "list", "--json"]);
  } finally {
    rmSync(home, { recursive: true });
  }
}

const version = (): string => JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version;

/** Changes whenever the bundle could. */
function fingerprint(): string {
  const sources = globSync("src/**/*", {
    cwd: ROOT,
    exclude: (path) => path.endsWith(".test.ts"),
  }).toSorted();
  const hash = createHash("sha256");
  for (const path of [
    ...sources,
    "package.json",
    "package-lock.json",
    "scripts/build.ts",
    "scripts/daily.ts",
    "scripts/launcher.cjs",
  ]) {
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

function removeOthers(current: ReadonlySet<string>): void {
  for (const name of globSync("*.js", { cwd: DIST })) if (!current.has(name)) rmSync(join(DIST, name));
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

if (import.meta.main) await build();
