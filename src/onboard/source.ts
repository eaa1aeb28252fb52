// Where models come from, as onboarding collects it: nothing of it is stored yet.
import type { Edit } from "../access/config-edit.ts";
import type { Config } from "../config/config.ts";
import type { Credential } from "../core/credential.ts";
import type { ProviderId, ProfileId } from "../core/ids.ts";

/** What one real call said. */
export type Tried =
  | { readonly status: "ok"; readonly model?: string; readonly latencyMs: number }
  /** The key is of no use; more calls with it would say the same. */
  | { readonly status: "refused"; readonly why: string }
  /** No call could be made here. */
  | { readonly status: "untried"; readonly why: string }
  /** It may well work: no answer, a limit, a model that the account has not. */
  | { readonly status: "unclear"; readonly why: string };

export interface Source {
  /** for people: `API key from GROQ_API_KEY` */
  readonly label: string;
  readonly provider: ProviderId;
  /** The model that it brings, `provider/model`. */
  readonly ref?: string;
  /** What is to be stored; absent where the credential stays elsewhere, or none is wanted. */
  readonly login?: { readonly profileId: ProfileId; readonly credential: Credential };
  /** What of the config it needs. @param isMain its model becomes the default one */
  readonly edits: (config: Config, isMain: boolean) => readonly Edit[];
  /** A program of its own runs the models: `anthropic/…` alone does not say who pays. */
  readonly runtime?: string;
}
