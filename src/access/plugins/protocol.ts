// What this program and the process of a plugin say to each other: JSON, one document a line.

/** The plugin's stdout is nobody's: answers have a pipe of their own. */
export const REPLY_FD = 3;

/** Of one line. The reader counts bytes, and believes nobody. */
export const MOST_ANSWER_CHARS = 1024 * 1024;

/** In one task: notes, questions and the answer. */
export const MOST_WORDS = 1000;

export type PluginTask =
  | { readonly kind: "describe" }
  | { readonly kind: "login"; readonly provider: string; readonly method: string }
  | {
      readonly kind: "models" | "usage";
      readonly provider: string;
      readonly secret?: string;
      readonly timeoutMs: number;
    };

/** The first line to the plugin; each further one is `{ answer }` to a question. */
export interface HostRequest {
  /** URL of the module */
  readonly entry: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly task: PluginTask;
}

/** From the plugin; `value` or `error` is the last. */
export type HostWord =
  | { readonly value: unknown }
  | { readonly error: string }
  /** The plugin's own code is next. */
  | { readonly begins: true }
  | { readonly notify: string }
  | { readonly prompt: unknown };
