// One task for one plugin, in a process of its own (host.ts), with limits on time and on what it may say.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { dirname, join, sep } from "node:path";
import type { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { parseObject } from "../../core/json.ts";
import type { PluginSource } from "../../providers/plugin-part.ts";
import { PluginFault, shownWords } from "./fault.ts";
import type { PluginTask } from "./protocol.ts";
import { MOST_ANSWER_CHARS, MOST_WORDS, REPLY_FD } from "./protocol.ts";

/** The other side of a login. */
export interface Partner {
  readonly notify: (text: string) => void;
  /** `secret`: the answer is to appear nowhere */
  readonly answer: (question: unknown) => Promise<{ readonly answer: unknown; readonly secret?: string }>;
}

export interface AskOptions {
  readonly timeoutMs: number;
  readonly partner?: Partner;
  readonly signal?: AbortSignal;
}

const FROM_SOURCES = import.meta.filename.endsWith(".ts");
/** Beside this file in the sources, beside the bundle in dist/. */
const HOST = join(import.meta.dirname, FROM_SOURCES ? "host.ts" : "plugin-host.mjs");
/** Our own code, of which the process needs some. */
const OWN_CODE = (FROM_SOURCES ? dirname(dirname(import.meta.dirname)) : import.meta.dirname) + sep;

/**
 * What the plugin's function returned, as JSON; nothing of it is believed yet.
 *
 * @throws PluginFault; and whatever `partner.answer` throws
 */
export async function askPlugin(
  source: PluginSource,
  task: PluginTask,
  options: AskOptions,
): Promise<unknown> {
  options.signal?.throwIfAborted();
  const secrets = "secret" in task && task.secret !== undefined ? [task.secret] : [];
  const child = start(source);
  const said = Promise.withResolvers<unknown>();
  const late = setTimeout(
    () => said.reject(new PluginFault(lateWords(options.timeoutMs))),
    options.timeoutMs,
  );
  const left = () => said.reject(options.signal!.reason);
  options.signal?.addEventListener("abort", left, { once: true });
  child.once("error", (error) => said.reject(new PluginFault(`could not be started: ${error.message}`)));
  child.once("close", (code, signal) =>
    said.reject(new PluginFault(`ended before it answered (${signal ?? `exit code ${code}`})`)),
  );
  const tell = (document: object) => void (child.stdin as Writable).write(`${JSON.stringify(document)}\n`);
  try {
    tell({ entry: pathToFileURL(source.entry).href, options: source.options, task });
    const hear = (word: Readonly<Record<string, unknown>>) =>
      heard(word, { options, secrets, tell }).then(
        (value) => value && said.resolve(value.value),
        said.reject,
      );
    readLines(child.stdio[REPLY_FD] as Readable, hear, said.reject);
    return await said.promise;
  } finally {
    clearTimeout(late);
    options.signal?.removeEventListener("abort", left);
    child.kill("SIGKILL");
  }
}

/** Of one note. */
const MOST_LINES = 30;

const lateWords = (timeoutMs: number): string => `took longer than ${Math.round(timeoutMs / 1000)} seconds`;

interface Talking {
  readonly options: AskOptions;
  readonly secrets: string[];
  readonly tell: (document: object) => void;
}

/** @returns the value when it was the last word */
async function heard(
  word: Readonly<Record<string, unknown>>,
  { options: { partner }, secrets, tell }: Talking,
): Promise<{ readonly value: unknown } | undefined> {
  if ("value" in word || Object.keys(word).length === 0) return { value: word["value"] };
  if (typeof word["error"] === "string")
    throw new PluginFault(`failed: ${shownWords(word["error"], secrets)}`);
  if (!partner) throw new PluginFault("asks a person where nobody is asked");
  if (typeof word["notify"] === "string") {
    const lines = word["notify"].split("\n", MOST_LINES);
    partner.notify(lines.map((line) => shownWords(line, secrets)).join("\n"));
    return undefined;
  }
  const { answer, secret } = await partner.answer(word["prompt"]);
  if (secret !== undefined) secrets.push(secret);
  tell({ answer });
  return undefined;
}

function readLines(
  stream: Readable,
  hear: (word: Readonly<Record<string, unknown>>) => void,
  fail: (error: PluginFault) => void,
): void {
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

/** Of the environment it gets what programs need to run and reach the network, and no credential. */
const PASSED_ON = [
  "PATH",
  "HOME",
  "USER",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "TEMP",
  "TMP",
  "SystemRoot",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
];

/** Set by a plugin's author: what the plugin prints goes to stderr instead of nowhere. */
const SHOW_OUTPUT = "OPENCLAW_PLUGIN_OUTPUT";

function start({ entry, readable, trusted }: PluginSource): ChildProcess {
  const confined = ["--permission", ...[OWN_CODE, ...readable].map((path) => `--allow-fs-read=${path}`)];
  const output = process.env[SHOW_OUTPUT] ? 2 : "ignore";
  const child = spawn(process.execPath, ["--max-old-space-size=256", ...(trusted ? [] : confined), HOST], {
    cwd: dirname(entry),
    env: Object.fromEntries(
      PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    ),
    stdio: ["pipe", output, output, "pipe"],
    windowsHide: true,
  });
  // It may be gone before it reads.
  child.stdin!.on("error", () => undefined);
  return child;
}
