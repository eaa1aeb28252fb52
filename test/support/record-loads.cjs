// Loaded before a program (`--require`): writes down, at its end, which files and which modules of Node it loaded.
"use strict";
const { writeFileSync } = require("node:fs");
const { registerHooks } = require("node:module");

/** @type {string[]} */
const files = [];
registerHooks({
  load(url, context, nextLoad) {
    files.push(url);
    return nextLoad(url, context);
  },
});
process.on("exit", () => {
  const loaded = Reflect.get(process, "moduleLoadList");
  writeFileSync(String(process.env["LOADS_TO"]), JSON.stringify({ files, node: loaded }));
});
