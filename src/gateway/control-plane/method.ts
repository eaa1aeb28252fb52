// The shape of a method: its scope, its parameters, and what it does. A group of them is one file in methods/,
// listed in methods.ts.
import type * as v from "valibot";
import type { CommandDeps } from "../../access/open-deps.ts";
import { MAIN_AGENT } from "../../core/ids.ts";
import type { SessionStore } from "../../store/sessions.ts";
import type { Chats } from "../chat/chats.ts";
import type { ApplySecrets, Setup } from "./control-door.ts";
import type { Gateway } from "../gateway.ts";
import type { ReloadReport } from "../settings/reload.ts";
import type { SecretsReport } from "../secrets/report.ts";
import type { ClientInfo } from "./connect-params.ts";
import type { Dialogs } from "./dialogs.ts";
import type { GatewayIdentity } from "./identity.ts";
import type { SessionNews } from "./session-news.ts";

export type MethodScope = "operator.read" | "operator.write" | "operator.admin";

/** The connection that calls. */
export interface Peer {
  readonly connId: string;
  readonly client: ClientInfo;
  readonly scopes: readonly string[];
}

/** What every method is handed, at the time of its call. */
export interface Call {
  readonly gateway: Gateway;
  /** Dependencies of the use cases, by the settings of now; what they change is told as this method's doing. */
  readonly deps: CommandDeps;
  readonly peer: Peer;
  readonly plane: PlaneFacts;
  /** The connection is gone: what was begun for it may end. */
  readonly left: AbortSignal;
  /** An event for this connection alone. */
  readonly tell: (event: string, payload: unknown) => void;
  /** An answer ahead of the one that is returned, as `agent` gives it. */
  readonly early: (payload: unknown) => void;
  /** It will wait for a run: the client is listened to meanwhile. @throws Refused when too much waits already */
  readonly pends: () => void;
}

/** What the control plane knows of itself and of the gateway around it. */
export interface PlaneFacts {
  readonly version: string;
  readonly authMode: string;
  /** whoever is connected */
  readonly presence: () => readonly Presence[];
  readonly reload: () => Promise<ReloadReport>;
  readonly reloadSecrets: () => Promise<SecretsReport>;
  readonly secrets: () => SecretsReport;
  /** `undefined` where there is no program to do it */
  readonly applySecrets: ApplySecrets | undefined;
  readonly eventLoop: () => unknown;
  readonly dialogs: Dialogs;
  readonly chats: Chats;
  readonly sessions: SessionStore;
  readonly news: SessionNews;
  /** An event for all who may see it. */
  readonly tell: (event: string, payload: unknown) => void;
  readonly identity: () => GatewayIdentity;
  /** of the log file of today; `undefined` where nobody keeps one */
  readonly logPath: () => string | undefined;
  /** `undefined` where nobody can be asked */
  readonly setup: Setup | undefined;
}

export interface Presence {
  readonly host: string;
  readonly version: string;
  readonly platform?: string;
  readonly mode: string;
  readonly reason: "self" | "connect";
  readonly text: string;
  /** ms since epoch */
  readonly ts: number;
  readonly instanceId?: string;
  readonly roles?: readonly string[];
  readonly scopes?: readonly string[];
}

export interface Method {
  readonly scope: MethodScope;
  readonly params: Schema;
  readonly handle: (call: Call, params: never) => unknown;
}

type Schema = v.GenericSchema<unknown, unknown>;

/** @param scope the least that its caller must have */
export const method = <S extends Schema>(
  scope: MethodScope,
  params: S,
  handle: (call: Call, params: v.InferOutput<S>) => unknown,
): Method => ({ scope, params, handle });

/** What was learnt a moment ago is in the store, which use cases read. One that cannot be read is told by them. */
export const written = ({ agents }: Gateway): Promise<void> =>
  agents.refresh(MAIN_AGENT).catch(() => undefined);

/** By the files as they are now, be they in use already or not. */
export const fresh = (deps: CommandDeps): CommandDeps => ({ ...deps, ...deps.reread() });

/** Who may write may read; an administrator may do all. */
export const holds = (scopes: readonly string[], scope: MethodScope): boolean =>
  scopes.includes(scope) ||
  scopes.includes("operator.admin") ||
  (scope === "operator.read" && scopes.includes("operator.write"));
