#!/usr/bin/env node
// What `bin` points to: the build puts this file in dist/, as main.js, before the bundle of `src/main.ts`.
//
// An older Node fails on the bundle before its first statement runs, so the version is checked here. And the
// bundle is run with what V8 compiled of it in an earlier run. Node's own compile cache keeps a file as it is
// before it runs, without the functions that are compiled when they are first called: half of a command's time.
"use strict";

if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(
    "openclaw needs Node 24 or newer, and this is " +
      process.version +
      ". Install Node 24, or in a checkout run: npm run -s openclaw -- --help",
  );
  process.exit(1);
}

// The build fills these in.
const VERSION = "0.0.0";
/** @type {string[]} how command lines begin that `daily.js` can run */
const DAILY = [];
/** @type {string[]} how flags begin that it cannot */
const SELDOM_FLAGS = [];

const line = `${process.argv.slice(2).join(" ")} `;
const { mkdirSync, readFileSync, renameSync, writeFileSync, writeSync } = require("node:fs");
if (line === "--version " || line === "-V ") {
  writeSync(1, `${VERSION}\n`);
  process.exit();
}

const { enableCompileCache, wrap } = require("node:module");
const { Script } = require("node:vm");

const isDaily =
  DAILY.some((words) => line.startsWith(`${words} `)) &&
  !SELDOM_FLAGS.some((flag) => line.includes(` ${flag}`));
const BUNDLE = `${__dirname}/${isDaily ? "daily" : "openclaw"}.js`;
const source = readFileSync(BUNDLE, "latin1");
/** Beside the code, since whoever can write to it decides what runs (the temp folder is everybody's). */
const CACHE = `${__dirname}/.compile-cache`;
/** Named after the number that the bundle begins with: V8 does not tell sources of the same length apart. */
const COMPILED = `${CACHE}/${isDaily ? "daily-" : ""}${source.slice(2, 18)}-${process.version}-${process.arch}`;

const cachedData = readOrNothing(COMPILED);
// There is no `import()` left in the bundle (scripts/build.ts): a script of its own could not run one without a warning.
const script = new Script(wrap(source), { filename: BUNDLE, cachedData });
// Help runs too little of the program to be worth keeping.
const short = process.argv.length === 2 || /^(-h|--help|help)$/m.test(process.argv.join("\n"));
if (!short && (!cachedData || script.cachedDataRejected)) process.once("exit", keepCompiled);
script.runInThisContext()(exports, require, module, BUNDLE, __dirname);
// For the large packages, which the bundle loads later, Node's own will do.
enableCompileCache(CACHE);

/** @param {string} path */
function readOrNothing(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** In one step, so that a program starting now finds all of it or nothing. */
function keepCompiled() {
  const draft = `${COMPILED}.${process.pid}`;
  try {
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(draft, script.createCachedData());
    renameSync(draft, COMPILED);
  } catch {
    // Not ours to write to: every run compiles anew.
  }
}
