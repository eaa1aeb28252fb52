// Who makes a request, once the guard has let it in.
import type { LiveKey } from "../../access/live-key.ts";
import type { ClientKey } from "../../core/client-key.ts";
import type { KeyUse, LimitHit } from "../../core/key-use.ts";
import type { TimedRefusal } from "../calls/refusals.ts";

/** What a route asks of its caller. */
export type Scope = "read" | "write" | "admin";

export type Caller =
  /** the holder of the gateway's own secret, or anybody where none is asked for */
  | { readonly kind: "operator" }
  /** a person whom a trusted proxy vouches for, with what they may do */
  | { readonly kind: "user"; readonly user: string; readonly scopes: ReadonlySet<Scope> }
  | { readonly kind: "key"; readonly live: CallerKey };

type Soon<T> = T | Promise<T>;

/** A client key as calls use it: `LiveKey`, or one that another process counts. */
export interface CallerKey {
  readonly key: ClientKey;
  readonly usualOutputTokens: number;
  begin(now: number): Soon<LimitHit | undefined>;
  reserve(expected: KeyUse, now: number): Soon<LimitHit | undefined>;
  settle(reserved: KeyUse, use: KeyUse, now: number): void;
}

export interface KnownKeys {
  find(text: string): CallerKey | undefined;
  all(): Iterable<LiveKey>;
  /** Resolves once what has changed before is in use. */
  reload(): Promise<void>;
}

export const OPERATOR: Caller = { kind: "operator" };

/** Keeps conversations of different callers apart; empty for the operator. */
export function callerId(caller: Caller): string {
  if (caller.kind === "operator") return "";
  return caller.kind === "key" ? `key ${caller.live.key.id}` : `user ${caller.user}`;
}

/** A client key calls models, and rules nothing. */
export function mayDo(caller: Caller, scope: Scope): boolean {
  if (caller.kind === "operator") return true;
  return caller.kind === "key" ? scope !== "admin" : caller.scopes.has(scope);
}

/** Said as OpenClaw says it, with what it takes. */
export const outOfScope = (scope: Scope, what = "this"): TimedRefusal => ({
  status: 403,
  type: "permission_error",
  message: `This caller may not do that: missing scope: operator.${scope}, which ${what} takes.`,
  final: true,
});

const ALL: ReadonlySet<Scope> = new Set(["read", "write", "admin"]);

/** `x-openclaw-scopes`: what is declared; absent: all. Who may write may read. */
export function scopesOf(declared: string | undefined): ReadonlySet<Scope> {
  if (declared === undefined) return ALL;
  const names = new Set(declared.split(",").map((name) => name.trim()));
  if (names.has("operator.admin")) return ALL;
  if (names.has("operator.write")) return new Set(["read", "write"]);
  return new Set(names.has("operator.read") ? ["read"] : []);
}
