// One task for one plugin, in a process of its own (host.ts), with limits on time and on what it may say.
import { pathToFileURL } from "node:url";
import type { JsonObject } from "../../core/json.ts";
import type { PluginSource } from "../../providers/plugin-part.ts";
import { startChild } from "./child.ts";
import { PluginFault, shownWords } from "./fault.ts";
import type { PluginTask } from "./protocol.ts";

/** The other side of a login. */
export interface Partner {
  readonly notify: (text: string) => void;
  /** `secret`: the answer is to appear nowhere */
  readonly answer: (question: unknown) => Promise<{ readonly answer: unknown; readonly secret?: string }>;
}

export interface AskOptions {
  /** from when the plugin's own code begins */
  readonly timeoutMs: number;
  readonly partner?: Partner;
  readonly signal?: AbortSignal;
}

/** For the process to begin: a busy machine is no fault of the plugin. */
const START_TIMEOUT_MS = 30_000;

/**
 * What the plugin's function returned, as JSON; nothing of it is believed yet.
 *
 * @throws PluginFault; and whatever `partner.answer` throws
 */
export async function askPlugin(
  source: PluginSource,
  task: PluginTask,
  { timeoutMs, partner, signal }: AskOptions,
): Promise<unknown> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const lateAfter = (ms: number) => setTimeout(() => reject(new PluginFault(tookLonger(ms))), ms);
  let late = lateAfter(START_TIMEOUT_MS);
  const left = () => reject(signal!.reason);
  signal?.addEventListener("abort", left, { once: true });
  const secrets = "secret" in task && task.secret !== undefined ? [task.secret] : [];
  const hear = (word: JsonObject) => {
    if (word["begins"] === true) {
      clearTimeout(late);
      late = lateAfter(timeoutMs);
    } else if (isLast(word)) resolve(word["value"]);
    else heard(word, partner, secrets).then((answer) => answer && child.tell(answer), reject);
  };
  const child = startChild(source, timeoutMs, { hear, fail: reject });
  try {
    child.tell({ entry: pathToFileURL(source.entry).href, options: source.options, task });
    return await promise;
  } finally {
    clearTimeout(late);
    signal?.removeEventListener("abort", left);
    child.end();
  }
}

const tookLonger = (ms: number): string => `took longer than ${Math.round(ms / 1000)} seconds`;

/** A value that is `undefined` leaves nothing behind in JSON. */
const isLast = (word: JsonObject): boolean => "value" in word || Object.keys(word).length === 0;

/** Of one note. */
const MOST_LINES = 30;

/** @returns what to answer */
async function heard(
  word: JsonObject,
  partner: Partner | undefined,
  secrets: string[],
): Promise<{ readonly answer: unknown } | undefined> {
  const { error, notify, prompt } = word;
  if (typeof error === "string") throw new PluginFault(`failed: ${shownWords(error, secrets)}`);
  if (!partner) throw new PluginFault("asks a person where nobody is asked");
  if (typeof notify === "string") {
    const lines = notify.split("\n", MOST_LINES);
    partner.notify(lines.map((line) => shownWords(line, secrets)).join("\n"));
    return undefined;
  }
  const { answer, secret } = await partner.answer(prompt);
  if (secret !== undefined) secrets.push(secret);
  return { answer };
}
