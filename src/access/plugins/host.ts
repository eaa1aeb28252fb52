// The process that one plugin runs in (DESIGN, "one broken provider never delays another"): whatever it does to
// globals, stdout or the process, it does here. One request, one answer, then it ends. Started by ask.ts.
import { registerHooks } from "node:module";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import type { HostRequest, HostWord } from "./protocol.ts";
import { MOST_ANSWER_CHARS, MOST_WORDS, REPLY_FD } from "./protocol.ts";

const replies = new Socket({ fd: REPLY_FD, readable: false, writable: true });
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

let asked = 0;

/** What plugins import; found wherever they lie. */
const API = new URL(
  import.meta.url.endsWith(".ts") ? "../../providers/plugin.ts" : "provider.mjs",
  import.meta.url,
);

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "openclaw-access/provider"
      ? { url: API.href, shortCircuit: true }
      : next(specifier, context),
});

process.on("uncaughtException", (error) => end({ error: wordsOf(error) }));
// Nobody waits for an answer any more.
process.stdin.on("end", () => process.exit());

const request = await nextLine<HostRequest>();
say({ begins: true });
try {
  end({ value: await run(request) });
} catch (error) {
  end({ error: wordsOf(error) });
}

async function run({ entry, options, task }: HostRequest): Promise<unknown> {
  const module = (await import(entry)) as { readonly default?: unknown };
  const exported = module.default;
  if (exported === undefined)
    throw new Error("exports nothing: it needs an `export default defineProvider({ … })`");
  const made: unknown = typeof exported === "function" ? await exported(options) : exported;
  const providers: unknown[] = Array.isArray(made) ? made : [made];
  if (task.kind === "describe") return providers;
  const provider = providers.find((each) => (each as { id?: unknown } | null)?.id === task.provider);
  if (task.kind === "login") return await callLogin(provider as Declared, task.method, options);
  const signal = AbortSignal.timeout(task.timeoutMs);
  const context = { options, signal, ...(task.secret === undefined ? {} : { secret: task.secret }) };
  const declared = provider as Declared;
  return await (task.kind === "models" ? declared.catalog!.list!(context) : declared.usage!(context));
}

/** As the description said a moment ago; what differs now throws, which is told. */
interface Declared {
  readonly catalog?: { readonly list?: (context: object) => unknown };
  readonly usage?: (context: object) => unknown;
  readonly auth?: readonly { readonly id: string; readonly run?: (context: object) => unknown }[];
}

async function callLogin(provider: Declared, method: string, options: unknown): Promise<unknown> {
  const login = provider.auth!.find(({ id }) => id === method)!;
  return await login.run!({ options, prompt, notify: (text: unknown) => ask({ notify: String(text) }) });
}

async function prompt(question: unknown): Promise<unknown> {
  ask({ prompt: question });
  return (await nextLine<{ readonly answer: unknown }>()).answer;
}

async function nextLine<T>(): Promise<T> {
  const { value, done } = await lines.next();
  if (done) process.exit();
  return JSON.parse(value) as T;
}

/** What is said faster than it can be read would fill the memory: the room for the answer is kept. */
function ask(word: HostWord): void {
  if (++asked >= MOST_WORDS) throw new Error(`says more than ${MOST_WORDS} things`);
  say(word);
}

/** Functions cannot be sent: where one stands, `true` does. */
function say(word: HostWord): void {
  const text = JSON.stringify(word, (_key, value: unknown) => (typeof value === "function" ? true : value));
  if (text.length > MOST_ANSWER_CHARS) throw new Error("answered with more than 1 MiB");
  replies.write(`${text}\n`);
}

function end(word: HostWord): void {
  try {
    say(word);
  } catch (error) {
    say({ error: wordsOf(error) });
  }
  replies.end(() => process.exit());
}

function wordsOf(error: unknown): string {
  try {
    return (error instanceof Error ? error.message : String(error)).slice(0, 2000);
  } catch {
    return "threw something that cannot be shown";
  }
}
