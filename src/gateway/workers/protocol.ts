// What the primary and its workers say to each other. Everything here can be cloned.
import type { RefreshResult } from "../../access/refresh.ts";
import type { AccessConfig, Config, PluginEntry } from "../../config/config.ts";
import type { ClientKey } from "../../core/client-key.ts";
import type { AuthProfile } from "../../core/credential.ts";
import type { BarScope, Health, HealthEvent } from "../../core/health.ts";
import type { AgentId, ProfileId, ProviderId } from "../../core/ids.ts";
import type { KeyUse, LimitHit } from "../../core/key-use.ts";
import type { Receipt } from "../../core/receipt.ts";
import type { AttemptLimits, KnownAttempts } from "../../core/failed-attempts.ts";
import type { ChatMessage, Session, SessionName } from "../../core/session.ts";
import type { Reading } from "../../store/store.ts";
import type { CommitOutcome, SessionCommit } from "../../store/sessions.ts";
import type { ThinkingPart } from "../../wire/translate/neutral.ts";
import type { Figures } from "../metrics/figures.ts";
import type { Page } from "../reply.ts";
import type { Begun } from "../runs/begun-runs.ts";
import type { GatewayOptions } from "../settings/settings.ts";
import type { TlsFiles } from "../sockets/tls.ts";
import type { RunAsks } from "./worker-runs.ts";

/** Settings that the primary has accepted: a worker that starts while an edit is broken goes on with these. */
export interface SettingsData {
  readonly config: Config;
  readonly accessConfig: AccessConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** what references say */
  readonly refs: readonly (readonly [key: string, known: { text?: string; problem?: string }])[];
  /** Somebody wants to see what is logged for `debug`. */
  readonly debug: boolean;
}

/** What a call that crosses sets aside, gives back or has spent; billionths of a dollar. */
export interface CrossingStep {
  readonly reserved: number;
  readonly use?: KeyUse | undefined;
  readonly refused?: true;
}

/** Of all processes. */
export interface Crossed {
  readonly today: KeyUse;
  /** ms since epoch: when that day ends */
  readonly until: number;
  readonly reserved: number;
}

export interface Start {
  readonly crossed: Crossed;
  readonly settings: SettingsData;
  /** flags, which go before the config */
  readonly options: GatewayOptions;
  readonly hosts: readonly string[];
  readonly port: number;
  readonly tls?: TlsFiles;
  readonly plugins: readonly PluginEntry[];
  readonly digestKey: string;
  readonly keys: readonly ClientKey[];
  /** calls under way elsewhere */
  readonly loads: readonly SharedLoad[];
  readonly remembered: Remembered;
  readonly watchesRuns: boolean;
}

interface Credential {
  readonly owner: AgentId;
  readonly id: ProfileId;
}

/** Calls of one credential. */
export interface SharedLoad extends Credential {
  readonly inFlight: number;
  readonly lastStarted: number;
  readonly rampFrom?: number | undefined;
  /** absent in what workers tell: tests are asked for */
  readonly testing?: readonly BarScope[];
}

export interface Test extends Credential {
  readonly scope: BarScope;
}

/** An event of a profile as `agent` uses it. */
export interface Observation {
  readonly agent: AgentId;
  readonly profile: AuthProfile;
  readonly event: HealthEvent;
  /** from 1, by worker */
  readonly seq: number;
}

/** What one process remembers for all. */
export type Memory =
  | { readonly kind: "sticky"; readonly session: string; readonly profileId: ProfileId; readonly at: number }
  | { readonly kind: "failed"; readonly source: string; readonly limits: AttemptLimits; readonly at: number }
  | { readonly kind: "succeeded"; readonly source: string }
  | { readonly kind: "reasoning"; readonly callId: string; readonly parts: readonly ThinkingPart[] };

/** What the primary has heard of that, for a worker that begins. */
export interface Remembered {
  readonly sticky: readonly (readonly [session: string, profileId: ProfileId, at: number])[];
  readonly attempts: KnownAttempts;
}

export type PageName = "ready" | "metrics";

/** A call of a client key. */
export interface KeyCall {
  readonly digest: string;
  readonly at: number;
}

/** A call among what is to be answered in a conversation. */
export interface SessionSeat extends SessionName {
  readonly runId: string;
}

export interface AbortedCall {
  readonly runId: string;
  readonly reason: string;
}

/** A call of a conversation whose credentials were taken away in its worker. */
export interface RevokedCall {
  readonly runId: string;
  readonly provider: ProviderId;
}

export interface ToPrimary {
  asks: {
    session: { ask: SessionName; answer: Session | undefined };
    sessions: { ask: AgentId; answer: readonly Session[] };
    messages: {
      ask: { agent: AgentId; sessionId: string; limit: number };
      answer: readonly ChatMessage[];
    };
    commitSession: { ask: { agent: AgentId; commit: SessionCommit }; answer: CommitOutcome };
    /** What a chat command answers; `undefined`: it is none. */
    command: { ask: SessionName & { text: string }; answer: string | undefined };
    /** Resolves when it is the call's turn. */
    seat: { ask: SessionSeat; answer: void };
    read: { ask: AgentId; answer: Reading };
    /** Resolves once the store has been read again. */
    refresh: { ask: AuthProfile; answer: RefreshResult };
    admit: { ask: KeyCall; answer: { hit: LimitHit | undefined; usualOutputTokens: number } };
    reserve: { ask: KeyCall & { expected: KeyUse }; answer: LimitHit | undefined };
    test: { ask: Test; answer: boolean };
    append: { ask: readonly Receipt[]; answer: void };
    page: { ask: PageName; answer: Page };
  };
  tells: {
    /** The call has ended, or waits no more. */
    leaveSeat: string;
    /** Told before anything follows from it. */
    revoked: RevokedCall;
    /** While somebody looks on. */
    runsBegan: Begun;
    observed: Observation;
    loads: readonly SharedLoad[];
    joins: Test;
    testEnds: Test;
    began: KeyCall;
    reserved: KeyCall & { expected: KeyUse };
    used: KeyCall & { reserved: KeyUse; use: KeyUse };
    memory: Memory;
    crossing: CrossingStep;
    log: { level: "debug" | "info" | "warn" | "error"; message: string; error?: unknown };
  };
}

export interface ToWorker {
  asks: RunAsks & {
    /** Resolves once it listens. */
    start: { ask: Start; answer: void };
    settings: { ask: SettingsData; answer: void };
    figures: { ask: null; answer: Figures };
    /** A store has changed. Resolves once what is in it is used here. */
    news: { ask: AgentId; answer: void };
    keys: { ask: readonly ClientKey[]; answer: void };
    /** Answered as soon as it comes to it. */
    alive: { ask: null; answer: null };
    /** Resolves when the running calls have ended, and all that is to be told of them was told. */
    stop: { ask: number; answer: void };
  };
  tells: {
    /** Somebody ended a call of a conversation. */
    abortCall: AbortedCall;
    /** Whether somebody looks on at runs. */
    watchRuns: boolean;
    /** The observations up to this one are in all health that is told from now on. */
    taken: number;
    health: { agent: AgentId; profile: AuthProfile; health: Health };
    loads: readonly SharedLoad[];
    memory: Memory;
    crossed: Crossed;
    certificate: null;
    bye: null;
  };
}
