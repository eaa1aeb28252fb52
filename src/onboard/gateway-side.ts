// What onboarding needs of the gateway, which is a room below: handed in by the command.

import type { Config } from "../config/config.ts";

/** What a service manager was told. */
export interface ServiceDone {
  readonly file: string;
  readonly started: boolean;
  /** one sentence each */
  readonly notes: readonly string[];
}

export interface GatewaySide {
  /** Where a token of its own would lie. */
  readonly tokenFile: string;
  /** The gateway asks for one, and there is none that the config or the environment tells. */
  readonly lacksToken: boolean;
  /** There is one, and none but this shell has it. */
  readonly tokenOnlyHere: boolean;
  /** The variables of a service: those that are written down. */
  readonly seenByService: Readonly<Record<string, string | undefined>>;
  /** systemd or launchd; absent on other systems. */
  readonly manager?: string;
  /** Whether a gateway could start by these settings. @throws AccessError `bad_input`, `config_invalid` */
  check(config: Config): void;
  /** @throws AccessError `store_unwritable` */
  makeToken(): void;
  /** By the settings as they are then. @throws AccessError */
  install(): Promise<ServiceDone>;
  /** Whether a gateway answers, waited for that long. */
  answers(timeoutMs: number): Promise<boolean>;
  /**
   * A line that makes a call, and works as it is printed; by the settings as they are then.
   *
   * @param byService the gateway has the variables of a service, not those of this shell
   */
  curl(byService: boolean): string;
}
