// The process that a plugin runs in: what it is given, what it may do, how it is heard, when it ends.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import type { Readable } from "node:stream";
import type { JsonObject } from "../../core/json.ts";
import { parseObject } from "../../core/json.ts";
import type { PluginSource } from "../../providers/plugin-part.ts";
import { PluginFault } from "./fault.ts";
import { MOST_ANSWER_CHARS, MOST_WORDS, REPLY_FD } from "./protocol.ts";

const FROM_SOURCES = import.meta.filename.endsWith(".ts");
/** Beside this file in the sources, beside the bundle in dist/. */
const HOST = join(import.meta.dirname, FROM_SOURCES ? "host.ts" : "plugin-host.mjs");
/** Our own code, of which the process needs some. */
const OWN_CODE = (FROM_SOURCES ? dirname(dirname(import.meta.dirname)) : import.meta.dirname) + sep;

/** Of the environment it gets what programs need to run and reach the network, and no credential. */
const PASSED_ON =
  "PATH HOME USER LANG LC_ALL TZ TMPDIR TEMP TMP SystemRoot NODE_EXTRA_CA_CERTS SSL_CERT_FILE SSL_CERT_DIR".split(
    " ",
  );

/** Set by a plugin's author: what the plugin prints goes to stderr instead of nowhere. */
const SHOW_OUTPUT = "OPENCLAW_PLUGIN_OUTPUT";

export interface Child {
  /** One line to it. It may be gone before it reads. */
  readonly tell: (document: object) => void;
  readonly end: () => void;
}

interface Listener {
  readonly hear: (word: JsonObject) => void;
  readonly fail: (fault: PluginFault) => void;
}

/** @param timeoutMs that the plugin's own code has */
export function startChild(
  { entry, readable, trusted }: PluginSource,
  timeoutMs: number,
  listener: Listener,
): Child {
  const confined = ["--permission", ...[OWN_CODE, ...readable].map((path) => `--allow-fs-read=${path}`)];
  const output = process.env[SHOW_OUTPUT] ? 2 : "ignore";
  const node = [process.execPath, "--max-old-space-size=256", ...(trusted ? [] : confined), HOST];
  const [command, ...args] = limited(node, timeoutMs / 1000 + START_S) as [string, ...string[]];
  const child = spawn(command, args, {
    cwd: dirname(entry),
    env: Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]])),
    stdio: ["pipe", output, output, "pipe"],
    windowsHide: true,
  });
  const stdin = child.stdin!.on("error", () => undefined);
  child.once("error", ({ message }) => listener.fail(new PluginFault(`could not be started: ${message}`)));
  child.once("close", (code, signal) =>
    listener.fail(new PluginFault(`ended before it answered (${signal ?? `exit code ${code}`})`)),
  );
  readLines(child.stdio[REPLY_FD] as Readable, listener);
  const forget = endWithUs(child);
  return {
    tell: (document) => void stdin.write(`${JSON.stringify(document)}\n`),
    end() {
      forget();
      child.kill("SIGKILL");
    },
  };
}

const SHELL = "/bin/sh";
/** Processor time to begin with; a slow machine takes some. */
const START_S = 30;

/** When we are killed, nobody is left to end one that is busy: the system does, where it can. */
const limited = (command: readonly string[], seconds: number): readonly string[] =>
  existsSync(SHELL)
    ? [SHELL, "-c", `ulimit -t ${Math.ceil(seconds)} 2>/dev/null; exec "$@"`, "plugin", ...command]
    : command;

const ENDINGS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Those at work. One that is busy would not notice that we are gone, and go on for ever. */
const atWork = new Set<ChildProcess>();

/** @returns what to call when the child is done */
function endWithUs(child: ChildProcess): () => void {
  if (atWork.size === 0) listen();
  atWork.add(child);
  return () => {
    if (atWork.delete(child) && atWork.size === 0) unlisten();
  };
}

function listen(): void {
  process.on("exit", leave);
  // First, so that whoever else wants to end in good order is still there when we look.
  for (const signal of ENDINGS) process.prependListener(signal, endBy);
}

function unlisten(): void {
  process.off("exit", leave);
  for (const signal of ENDINGS) process.off(signal, endBy);
}

function leave(): void {
  for (const child of atWork) child.kill("SIGKILL");
}

function endBy(signal: NodeJS.Signals): void {
  leave();
  atWork.clear();
  unlisten();
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

function readLines(stream: Readable, { hear, fail }: Listener): void {
  let text = "";
  let said = 0;
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n")) {
      const word = parseObject(text.slice(0, end));
      text = text.slice(end + 1);
      if (++said > MOST_WORDS) fail(new PluginFault(`says more than ${MOST_WORDS} things`));
      else if (word) hear(word);
      else fail(new PluginFault("said something that is not JSON"));
    }
    if (text.length > MOST_ANSWER_CHARS) fail(new PluginFault("answered with more than 1 MiB"));
  });
  stream.on("error", () => undefined);
}
