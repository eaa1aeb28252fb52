// What a running gateway tells: lines for people on stderr, and JSON lines in its log file.
import { resolve } from "node:path";
import type { LoggingConfig, LogLevel } from "../config/config.ts";
import { untilde } from "../config/paths.ts";
import type { Paths } from "../config/paths.ts";
import { messageOf } from "../core/errors.ts";
import type { Secret } from "../core/secret.ts";
import { SecretHider } from "../core/secret-hider.ts";
import type { Log } from "../gateway/gateway.ts";
import { isLogged, LogFile } from "../gateway/logs/log-file.ts";

export interface GatewayLogOptions {
  readonly now: () => number;
  readonly paths: () => Paths;
  readonly file: string | undefined;
  readonly settings: () => LoggingConfig;
  /** `--verbose` */
  readonly verbose: boolean;
  /** one line to stderr */
  readonly print: (line: string) => void;
}

export interface GatewayLog {
  readonly log: Log;
  readonly logFile: LogFile;
  /** Values that no line may hold. */
  readonly hides: (secrets: () => Iterable<Secret>) => void;
  /** Text without them. */
  readonly hide: (text: string) => string;
}

export function gatewayLog(options: GatewayLogOptions): GatewayLog {
  const { now, paths, settings, verbose, print } = options;
  let secrets = noSecrets;
  const hider = new SecretHider();
  const hide = (text: string) => hider.hide(text, secrets());
  const consoleLevel = (): LogLevel => (verbose ? "debug" : settings().consoleLevel);
  const show = (level: LogLevel, message: string) => {
    if (isLogged(level, consoleLevel())) print(`${new Date(now()).toISOString()} ${level} ${hide(message)}`);
  };
  let broken = false;
  const { home, stateDir } = paths();
  const logFile = new LogFile({
    file: options.file === undefined ? undefined : resolve(untilde(options.file, home)),
    folder: resolve(stateDir, "logs"),
    settings,
    now,
    hide,
    report(error) {
      if (error !== undefined && !broken) show("error", `The log cannot be written: ${messageOf(error)}`);
      broken = error !== undefined;
    },
  });
  const debug = (message: string) => {
    show("debug", message);
    logFile.write("debug", message);
  };
  return {
    logFile,
    hide,
    hides: (known) => (secrets = known),
    log: {
      get debug() {
        return isLogged("debug", consoleLevel()) || isLogged("debug", settings().level) ? debug : undefined;
      },
      info(message) {
        show("info", message);
        logFile.write("info", message);
      },
      warn(message) {
        show("warn", message);
        logFile.write("warn", message);
      },
      error(error, message) {
        show("error", `${message}: ${messageOf(error)}`);
        logFile.write("error", message, error);
      },
    },
  };
}

const noSecrets = (): Iterable<Secret> => [];
