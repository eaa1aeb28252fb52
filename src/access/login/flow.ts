// What a login flow is, and the flow of each kind that is built. A new kind: one file, and one line here.
import type { Credential } from "../../core/credential.ts";
import { AccessError } from "../../core/errors.ts";
import type { AgentId, ProfileId, ProviderId } from "../../core/ids.ts";
import type { Login, LoginKind } from "../../providers/provider.ts";
import type { CommandDeps } from "../open-deps.ts";
import type { Talk } from "./talk.ts";

export interface FlowContext {
  readonly deps: CommandDeps;
  readonly provider: ProviderId;
  /** of the provider, for people */
  readonly label: string;
  readonly login: Login;
  readonly talk: Talk;
  readonly agent: AgentId;
  /** as named by the person */
  readonly profileId?: ProfileId | undefined;
  /** of a token, ms from now */
  readonly expiresInMs?: number | undefined;
  /** The provider's other profiles go, so that nothing is in the way. */
  readonly force: boolean;
}

export interface Obtained {
  readonly credential: Credential;
  /** The profile's name where the login tells one, such as an address; else `login.profile`. */
  readonly name?: string;
  /** The whole id, where it is not the provider's with a name. */
  readonly profileId?: ProfileId;
  /** The backend that is to run the provider's models: `agentRuntime.id`. */
  readonly runtime?: string;
}

/** A way to credentials that are kept elsewhere: it is written into the config, and nothing is stored. */
export interface ObtainedRoute {
  /** `models.providers.<id>.auth`, and the mode of the profile */
  readonly route: "aws-sdk";
  /** where the provider's calls go, unless the config says so */
  readonly baseUrl: string;
}

/** Gets a credential from whoever holds it, or finds the way to one. Stores nothing. */
export type LoginFlow = (context: FlowContext) => Promise<Obtained | ObtainedRoute>;

const FLOWS: Partial<Record<LoginKind, () => Promise<LoginFlow>>> = {
  api_key: async () => (await import("./pasted.ts")).pastedApiKey,
  token: async () => (await import("./pasted.ts")).pastedToken,
  browser: async () => (await import("./browser.ts")).browserLogin,
  code: async () => (await import("./code.ts")).codeLogin,
  device: async () => (await import("./device.ts")).deviceLogin,
};

/** The programs whose own login can be reused. */
const PROGRAMS: Record<NonNullable<Login["program"]>, () => Promise<LoginFlow>> = {
  claude: async () => (await import("./cli-claude.ts")).claudeLogin,
  codex: async () => (await import("./cli-codex.ts")).codexLogin,
};

const loaderOf = ({ id, kind, program }: Login): (() => Promise<LoginFlow>) | undefined => {
  if (program !== undefined) return PROGRAMS[program];
  return kind === "cloud" && id === "aws-sdk" ? async () => (await import("./aws.ts")).awsLogin : FLOWS[kind];
};

export const isBuilt = (login: Login): boolean => loaderOf(login) !== undefined;

/** @throws AccessError `bad_input` for a login that there is no flow for, with what works instead */
export async function loadFlow(
  provider: ProviderId,
  login: Login,
  all: readonly Login[],
): Promise<LoginFlow> {
  const load = loaderOf(login);
  if (load) return await load();
  throw new AccessError("bad_input", `${whyNot(login)} ${instead(provider, all)}`);
}

function whyNot({ id, kind, label }: Login): string {
  return kind === "cloud"
    ? `${label}: there is nothing to store, they are found where the cloud's own tools keep them.`
    : `${label} (--method ${id}) is not built into this version yet.`;
}

function instead(provider: ProviderId, all: readonly Login[]): string {
  const built = all.find(isBuilt);
  return built
    ? `To store a credential now: openclaw models auth login --provider ${provider} --method ${built.id}`
    : `A token that you have already is stored by: openclaw models auth paste-token --provider ${provider}`;
}
