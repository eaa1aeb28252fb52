// What every command file is made of: the session it runs in, and the flags that several share.
import type { Command, CommandContext, StricliProcess } from "@stricli/core";
import type { CommandDeps } from "../access/open-deps.ts";
import type { Io } from "./io.ts";

/** `this` of a command. */
export interface Session extends CommandContext {
  readonly process: StricliProcess;
  readonly io: Io;
  /** Opens what the command needs, on first use. */
  readonly deps: () => Promise<CommandDeps>;
  /** Sets the exit code; without it, it is 0. */
  readonly exit: (code: number) => void;
}

export type SessionCommand = Command<Session>;

const text = (value: string): string => value;

const optionalText = (brief: string, placeholder: string) =>
  ({ kind: "parsed", parse: text, brief, placeholder, optional: true }) as const;

export const requiredText = (brief: string, placeholder: string) =>
  ({ kind: "parsed", parse: text, brief, placeholder }) as const;

export const switchFlag = (brief: string) =>
  ({ kind: "boolean", brief, default: false, withNegated: false }) as const;

export const JSON_FLAG = switchFlag("Print one JSON document");
export const PLAIN_FLAG = switchFlag("Print plain lines, for scripts");
export const AGENT_FLAG = optionalText("Configured agent; the default agent when left out", "id");

/** A flag given without a default: `undefined` when it was not typed. */
export { optionalText };

export const positionalText = (brief: string, placeholder: string) => ({ parse: text, brief, placeholder });
