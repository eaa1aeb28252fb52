// What the program knows of the place where a provider tells what is left of a plan. One file per place, listed
// in `all.ts`. Facts: ../shared providers/usage.json; no vendor's client is imitated in the headers.
import type { Credential, CredentialType } from "../../core/credential.ts";
import type { ProviderId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { FoundUsage } from "../../core/usage-window.ts";
import type { Provider } from "../provider.ts";

/** What a question needs of a credential. */
export interface UsageKey {
  readonly secret: string;
  readonly accountId?: string | undefined;
  readonly projectId?: string | undefined;
}

/** The provider answered, and there are no windows in it. */
export interface UsageFault {
  /** completes "<provider> …" */
  readonly failed: string;
}

export interface UsageSurface {
  readonly id: string;
  readonly displayName: string;
  /** providers whose credentials it takes */
  readonly providers: readonly ProviderId[];
  /** Credentials that have windows there. */
  readonly types: readonly CredentialType[];
  /** Others are told apart by their secret: keys of the environment have no type of their own. */
  readonly fits?: (secret: string) => boolean;
  /** The secret to ask with, where it is not the one that calls carry. */
  readonly secretOf?: (credential: Credential) => string | undefined;
  /** Further variables that hold a credential for this question alone. */
  readonly env?: readonly string[];
  /** absent: there is nothing to ask */
  readonly request?: UsageRequest;
  /** It is asked in its own process; there is no request. */
  readonly plugin?: Provider;
  readonly parse: (body: JsonObject, now: number) => FoundUsage | UsageFault;
}

export interface UsageRequest {
  /** Addresses by the origin that the provider's calls go to; a credential is shown to no other. */
  readonly urls: Readonly<Record<string, string>>;
  /** A second question, the path in place of the first one's; either may fail alone. */
  readonly also?: string;
  /** An earlier path, asked where the address is not known (404). */
  readonly formerly?: string;
  /** What a status means there and what to do; completes "<provider> …". */
  readonly meanings?: Readonly<Record<number, string>>;
  readonly headers: (key: UsageKey) => Readonly<Record<string, string>>;
  /** sent as JSON by POST */
  readonly body?: (key: UsageKey) => object;
}

export const bearer = ({ secret }: UsageKey): Record<string, string> => ({
  authorization: `Bearer ${secret}`,
});

export const MALFORMED: UsageFault = { failed: "answered with something that names no usage windows" };
