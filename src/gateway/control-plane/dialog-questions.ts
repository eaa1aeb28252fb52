// Questions of a dialog as a client is shown them, and its answers checked. Pure.
import type { Check, Choice } from "../../access/login/talk.ts";

/** In the words of OpenClaw's wizard steps. An option is answered by its `value`, the place in the list. */
export interface Step {
  readonly id: string;
  readonly type: "note" | "text" | "select" | "multiselect" | "confirm";
  readonly message: string;
  /** The answer is a secret: it is shown to nobody, also not to who types it. */
  readonly sensitive?: true;
  readonly initialValue?: string | boolean | readonly number[];
  readonly options?: readonly StepOption[];
}

interface StepOption {
  readonly value: number;
  readonly label: string;
  readonly hint?: string;
  readonly disabled?: boolean;
}

/** What was answered, or what is wrong with it, in a sentence that repeats none of it. */
export type Read<T> = (answer: unknown) => { readonly value: T } | { readonly fault: string };

export interface Question<T> {
  readonly step: Omit<Step, "id">;
  readonly read: Read<T>;
}

/** Something to be read, before the next question. Any answer says that it was. */
export const noteQuestion = (message: string): Question<undefined> => ({
  step: { type: "note", message },
  read: () => ({ value: undefined }),
});

export const secretQuestion = (message: string, check: Check): Question<string> => ({
  step: { type: "text", message, sensitive: true },
  read: textBy(check),
});

export const textQuestion = (message: string, initialValue: string, check: Check): Question<string> => ({
  step: { type: "text", message, initialValue },
  read: textBy(check),
});

export const confirmQuestion = (message: string, initialValue: boolean): Question<boolean> => ({
  step: { type: "confirm", message, initialValue },
  read: (answer) => (typeof answer === "boolean" ? { value: answer } : wrong("true or false")),
});

export const selectQuestion = <T>(message: string, choices: readonly Choice<T>[]): Question<T> => ({
  step: { type: "select", message, options: choices.map(optionOf) },
  read: (answer) => chosen(choices, answer) ?? wrong("the value of one of the options"),
});

export const multiselectQuestion = <T>(
  message: string,
  choices: readonly Choice<T>[],
  initial: readonly T[],
): Question<T[]> => ({
  step: {
    type: "multiselect",
    message,
    options: choices.map(optionOf),
    initialValue: choices.flatMap(({ value }, place) => (initial.includes(value) ? [place] : [])),
  },
  read: (answer) => {
    const places = Array.isArray(answer) ? [...new Set<unknown>(answer)] : [undefined];
    const found = places.map((place) => chosen(choices, place));
    if (found.includes(undefined)) return wrong("a list of values of the options");
    return { value: found.map((one) => one!.value) };
  },
});

const textBy =
  (check: Check): Read<string> =>
  (answer) => {
    if (typeof answer !== "string") return wrong("text");
    const fault = check(answer);
    return fault === undefined ? { value: answer } : { fault };
  };

function optionOf({ label, hint, disabled }: Choice<unknown>, value: number): StepOption {
  return {
    value,
    label,
    ...(hint === undefined ? {} : { hint }),
    ...(disabled === undefined ? {} : { disabled }),
  };
}

function chosen<T>(choices: readonly Choice<T>[], place: unknown): { readonly value: T } | undefined {
  const choice = typeof place === "number" ? choices[place] : undefined;
  return choice && !choice.disabled ? { value: choice.value } : undefined;
}

const wrong = (what: string) => ({ fault: `The answer must be ${what}.` });
