// What the gateway is handed beyond what the command line needs.
import type { Deps } from "../access/deps.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import type { Secret } from "../core/secret.ts";
import type { GatewayKeyStore } from "../store/client-keys.ts";
import type { SessionStore } from "../store/sessions.ts";
import type { ApplySecrets, Setup } from "./control-plane/control-door.ts";
import type { Log } from "./gateway.ts";
import type { LogFile } from "./logs/log-file.ts";
import type { SettingsReader } from "./settings/reload.ts";

/** Services of a running gateway that the command line does not need. */
export interface GatewayDeps extends Deps {
  readonly clientKeys: () => GatewayKeyStore;
  readonly sessions: () => SessionStore;
  readonly log: Log;
  /** where to tell the operator, one line each */
  readonly say: (line: string) => void;
  /** resolves when the process is asked to stop */
  readonly stopped: Promise<string>;
  readonly version?: string;
  /** What is started for each worker; without it there are none. */
  readonly program?: string;
  /** Lines for later; absent where nobody keeps them. */
  readonly logFile?: Pick<LogFile, "open" | "write" | "close" | "path">;
  /** Takes what no line may hold. */
  readonly hides?: (secrets: () => Iterable<Secret>) => void;
  /** Somebody starts the gateway again when it ends with `EXIT_AGAIN`. */
  readonly supervised?: boolean;
  /** The settings' files; absent when nobody edits them. */
  readonly settingsFiles?: SettingsFiles;
  /** What use cases need, to do what a method of the control plane is named for; without it there is none. */
  readonly commands?: (name: string) => CommandDeps;
  /** `onboard` with a person at a page. */
  readonly setup?: Setup;
  readonly applySecrets?: ApplySecrets;
}

export interface SettingsFiles {
  /** as they were at the start */
  readonly first: SettingsReader;
  readonly reread: () => SettingsReader;
  /** From now on the dependencies have these settings. */
  readonly use: (settings: SettingsReader) => void;
  /** Calls back whenever a person asks for a look at the files. */
  readonly onAsked: (look: () => void) => void;
}
