// What a person or a script said on the command line. Everything may be left out.
import type { ProfileId, ProviderId } from "../core/ids.ts";
import type { TokenPlan } from "./draft.ts";
import type { Blanks } from "./key-target.ts";
import type { COMPATIBILITY } from "./servers.ts";
import type { KeyMode } from "./sources.ts";

export interface GivenKey {
  readonly value: string;
  /** of the provider's logins; its usual one when left out */
  readonly method?: string | undefined;
}

export interface OnboardRequest {
  /** as for `models auth login` */
  readonly agent?: string | undefined;
  readonly authChoice?: string | undefined;
  /** API keys from flags, by provider */
  readonly keys: ReadonlyMap<ProviderId, GivenKey>;
  /** names of the person's own in providers' addresses */
  readonly blanks: ReadonlyMap<ProviderId, Blanks>;
  readonly keyMode: KeyMode;
  /** of `--auth-choice token` */
  readonly token: {
    readonly provider?: string | undefined;
    readonly value?: string | undefined;
    readonly profileId?: ProfileId | undefined;
    /** ms from now */
    readonly expiresInMs?: number | undefined;
  };
  /** of a server: its address, model and protocol */
  readonly custom: {
    readonly baseUrl?: string | undefined;
    readonly model?: string | undefined;
    readonly id?: string | undefined;
    readonly key?: string | undefined;
    readonly compatibility: keyof typeof COMPATIBILITY;
    readonly images: boolean;
  };
  readonly workspace?: string | undefined;
  readonly gateway: {
    readonly port?: number | undefined;
    readonly bind?: string | undefined;
    readonly secret?: TokenPlan | undefined;
  };
  /** Ask about the gateway's address as well. */
  readonly advanced: boolean;
  /** absent: ask, or do not */
  readonly service?: boolean | undefined;
  readonly seal: boolean;
  /** Make one real call with each credential before it is stored. */
  readonly test: boolean;
  readonly testTimeoutMs: number;
  /** what was said that is not for this program, a sentence each */
  readonly notes: readonly string[];
}
