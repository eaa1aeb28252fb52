// Questions to the person at the terminal. They are drawn on stderr where that is the terminal: stdout is the
// payload's. Loaded by commands that may ask; the prompts themselves when something is asked.
import type { Writable } from "node:stream";
import { isatty } from "node:tty";
import type { Check, Choice, Talk } from "../access/login/talk.ts";
import { AccessError } from "../core/errors.ts";
import { untilInterrupted } from "./interrupt.ts";
import type { Io } from "./io.ts";

type Prompts = typeof import("@clack/prompts");

interface Common {
  readonly output: Writable;
  readonly signal: AbortSignal;
}

const [STDOUT, STDERR] = [1, 2] as const;
/** Lists longer than this are searched by typing. */
const LONGEST_LIST = 12;

/**
 * The person at the terminal.
 *
 * @param otherwise what to do without one, a sentence
 * @throws AccessError `no_terminal` when nobody can see a question, or answer it
 */
export function terminalTalk(io: Pick<Io, "inIsTerminal" | "say">, asJson: boolean, otherwise: string): Talk {
  const output = io.inIsTerminal ? outputFor(asJson) : undefined;
  if (!output) throw new AccessError("no_terminal", otherwise);
  const ask = async <T>(
    question: (prompts: Prompts, common: Common) => Promise<T>,
    until?: AbortSignal,
  ): Promise<Exclude<T, symbol>> => answered(await withoutHanging(output, question, until));
  return {
    secret: (message, check, until) =>
      oneLine(() =>
        ask((prompts, common) => prompts.password({ ...common, message, ...checked(check) }), until),
      ),
    text: (message, initial, check) =>
      ask((prompts, common) =>
        prompts.text({ ...common, message, initialValue: initial, ...checked(check) }),
      ),
    choose: async (message, choices) =>
      choices[await ask((prompts, common) => placeIn(prompts, common, message, choices))]!.value,
    chooseMany: async (message, choices, initial) => {
      const options = choices.map((choice, value) => ({ ...choice, value }));
      const initialValues = options.flatMap(({ value }) =>
        initial.includes(choices[value]!.value) ? [value] : [],
      );
      const places = await ask((prompts, common) =>
        prompts.multiselect({ ...common, message, options, initialValues, required: false }),
      );
      return places.map((place) => choices[place]!.value);
    },
    confirm: (message, initial) =>
      ask((prompts, common) => prompts.confirm({ ...common, message, initialValue: initial })),
    ...withoutQuestions(io),
  };
}

/**
 * Tells, waits, and asks nothing: for logins that need no answer, such as a device code on a headless server.
 *
 * @param otherwise what to do about a question, a sentence
 */
export function silentTalk(io: Pick<Io, "say">, otherwise: string): Talk {
  const refuse = async () => {
    throw new AccessError("no_terminal", otherwise);
  };
  return {
    silent: true,
    secret: refuse,
    text: refuse,
    choose: refuse,
    chooseMany: refuse,
    confirm: refuse,
    ...withoutQuestions(io),
  };
}

const withoutQuestions = (io: Pick<Io, "say">): Pick<Talk, "notify" | "wait"> => ({
  notify: (text) => io.say(text),
  wait: (work) => untilInterrupted(work, "Cancelled. Nothing was changed."),
});

const checked = (check: Check) => ({ validate: (answer: string | undefined) => check(answer ?? "") });

function outputFor(asJson: boolean): Writable | undefined {
  if (isatty(STDERR)) return withSize(process.stderr);
  return !asJson && isatty(STDOUT) ? withSize(process.stdout) : undefined;
}

/** A terminal that nobody told its size says 0 × 0: prompts would be one letter wide. */
function withSize(terminal: NodeJS.WriteStream): Writable {
  terminal.columns ||= 80;
  terminal.rows ||= 24;
  return terminal;
}

/** They draw with letters alone on a terminal named `linux`, and look at that name once: when they are loaded. */
async function readablePrompts(env: NodeJS.ProcessEnv): Promise<Prompts> {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"];
  if (!locale || /utf-?8/i.test(locale)) return await import("@clack/prompts");
  const term = env["TERM"];
  env["TERM"] = "linux";
  try {
    return await import("@clack/prompts");
  } finally {
    if (term === undefined) delete env["TERM"];
    else env["TERM"] = term;
  }
}

/**
 * The prompts know no end of input: after Ctrl-D, or on a terminal that goes away, they would wait for ever.
 * Their reader then pauses the input, as it does once a question is answered.
 */
async function withoutHanging<T>(
  output: Writable,
  question: (prompts: Prompts, common: Common) => Promise<T>,
  until?: AbortSignal,
): Promise<T> {
  const prompts = await readablePrompts(process.env);
  const gone = new AbortController();
  let leaving: NodeJS.Immediate | undefined;
  const leave = () => (leaving ??= setImmediate(() => gone.abort()));
  for (const event of ENDINGS) process.stdin.once(event, leave);
  // Else the process ends at once, and the terminal stays without echo.
  process.once("SIGTERM", leave);
  try {
    const signal = until ? AbortSignal.any([gone.signal, until]) : gone.signal;
    return await question(prompts, { output, signal });
  } finally {
    clearImmediate(leaving);
    for (const event of ENDINGS) process.stdin.off(event, leave);
    process.off("SIGTERM", leave);
  }
}

/** A prompt takes the first line of a paste for the whole: half a secret would be stored. */
async function oneLine(question: () => Promise<string>): Promise<string> {
  let several = false;
  const look = (chunk: Buffer | string) => {
    if (/[\r\n]/.test(String(chunk))) several = /[\r\n]\s*[^\s]/.test(String(chunk));
  };
  process.stdin.on("data", look);
  try {
    const answer = await question();
    if (!several) return answer;
  } finally {
    process.stdin.off("data", look);
  }
  throw new AccessError("bad_input", "More than one line was pasted. Nothing was saved.");
}

const ENDINGS = ["pause", "end", "close"] as const;

function answered<T>(answer: T): Exclude<T, symbol> {
  if (typeof answer !== "symbol") return answer as Exclude<T, symbol>;
  throw new AccessError("cancelled", "Cancelled. Nothing was changed.");
}

/** The place of the choice: values may be anything, and prompts want plain ones. */
async function placeIn(
  prompts: Prompts,
  common: Common,
  message: string,
  choices: readonly Choice<unknown>[],
): Promise<number | symbol> {
  const options = choices.map((choice, value) => ({ ...choice, value }));
  return choices.length > LONGEST_LIST
    ? await prompts.autocomplete({ ...common, message, options, maxItems: LONGEST_LIST })
    : await prompts.select({ ...common, message, options });
}
