// Runs one command through the argument parser. Its own words and exit codes are replaced by ours.
import {
  ArgumentScannerError,
  buildApplication,
  formatMessageForArgumentScannerError,
  run,
  text_en,
} from "@stricli/core";
import type { CommandDeps } from "../access/open-deps.ts";
import { AccessError, messageOf } from "../core/errors.ts";
import type { Session, SessionCommand } from "./command.ts";
import { EXIT_OK } from "./exit.ts";
import type { Io } from "./io.ts";
import { withLastFlags } from "./last-flags.ts";

/**
 * @returns the exit code that the command chose
 * @throws AccessError `bad_input` for arguments that do not fit; or whatever the command throws
 */
export async function runDeclared(
  command: SessionCommand,
  path: readonly string[],
  args: readonly string[],
  io: Io,
  deps: () => Promise<CommandDeps>,
): Promise<number> {
  let exitCode: number = EXIT_OK;
  let thrown: { readonly error: unknown } | undefined;
  const keep = (error: unknown): string => {
    thrown ??= { error };
    return "";
  };
  const name = ["openclaw", ...path].join(" ");
  const text = {
    ...text_en,
    exceptionWhileParsingArguments: (error: unknown) => keep(usageError(error, name)),
    exceptionWhileRunningCommand: keep,
    exceptionWhileLoadingCommandFunction: keep,
    exceptionWhileLoadingCommandContext: keep,
  };
  const application = buildApplication<Session>(command, {
    name,
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    documentation: { disableAnsiColor: true },
    localization: { loadText: () => text },
  });
  const session: Session = {
    process: { stdout: { write: (help) => io.out(help.trimEnd()) }, stderr: { write: () => {} } },
    io,
    deps,
    exit: (code) => void (exitCode = code),
  };
  await run(application, withLastFlags(args, command.parameters), session);
  if (thrown) throw thrown.error;
  return exitCode;
}

const WORDS: Parameters<typeof formatMessageForArgumentScannerError>[1] = {
  FlagNotFoundError: ({ input, corrections }) =>
    `There is no flag --${input}.${corrections[0] ? ` Did you mean --${corrections[0]}?` : ""}`,
  UnsatisfiedFlagError: ({ externalFlagName }) => `--${externalFlagName} is needed, with a value.`,
  UnsatisfiedPositionalError: ({ placeholder }) => `<${placeholder}> is missing.`,
  UnexpectedPositionalError: ({ input }) => `"${input}" is one argument too many.`,
  ArgumentParseError: ({ exception }) => messageOf(exception),
};

function usageError(error: unknown, name: string): AccessError {
  const message =
    error instanceof ArgumentScannerError
      ? formatMessageForArgumentScannerError(error, WORDS)
      : messageOf(error);
  return new AccessError("bad_input", `${message} See ${name} --help.`, { cause: error });
}
