// What the soaks and a process that uses the login say to each other, one JSON document a line.
import type { RefreshStage } from "../../src/access/refresh.ts";

export const PROVIDER = "p";
export const LOGIN_ID = "p:ada";

export interface Ask {
  /** how much more time has passed for the process than for us, ms */
  readonly ahead?: number;
  /** by how much its clock on the wall was set, besides, ms */
  readonly skew?: number;
  /** callers at once */
  readonly calls?: number;
  /** refresh what is stored, however fresh it is */
  readonly refresh?: true;
}

export interface CallerAnswer {
  readonly access?: string;
  readonly fault?: string;
  readonly ms: number;
}

export type Said =
  | { readonly ready: true }
  | { readonly stage: RefreshStage; readonly at: number }
  | { readonly answers: readonly CallerAnswer[] }
  | { readonly result: "renewed" | "login_needed" | "failed"; readonly message?: string };
