// What seal, unseal and rekey share: one at a time, over all databases, and the report.
import { randomUUID } from "node:crypto";
import type { AgentId } from "../../core/ids.ts";
import { AccessError } from "../../core/errors.ts";
import { MAIN_AGENT } from "../../core/ids.ts";
import type { AgentFile, Hands } from "../../store/seal/databases.ts";
import { scrubDatabase } from "../../store/seal/databases.ts";
import type { KeyPlace } from "../../store/seal/header.ts";
import { Keyring } from "../../store/seal/keyring.ts";
import type { CommandDeps } from "../open-deps.ts";
import type { SealedFile } from "./agent-files.ts";
import { databasesOf } from "./agent-files.ts";

export interface SealOptions {
  /** Tests end the process at such a step. */
  readonly step?: ((name: string) => void) | undefined;
}

export interface SealReport {
  readonly sealed: boolean;
  /** the key that is in use now; absent: none */
  readonly key?: { readonly id: string; readonly kind: KeyPlace["kind"]; readonly path?: string };
  readonly agents: readonly { readonly agentId: AgentId; readonly profiles: number }[];
  /** An earlier run that was cut short was finished. */
  readonly resumed: boolean;
  /** where the former key lies, which nothing needs any more but backups */
  readonly formerKeyPath?: string;
  /** Databases whose log still holds old pages: a program kept them open. */
  readonly notScrubbed: readonly string[];
}

export interface Work {
  readonly hands: Hands;
  readonly files: readonly SealedFile[];
}

/** Runs `work` as the only one. @throws AccessError `store_unwritable` while another one runs */
export async function alone(
  deps: CommandDeps,
  { step }: SealOptions,
  work: (work: Work) => Promise<SealReport>,
): Promise<SealReport> {
  const lease = await deps.store().lease(MAIN_AGENT, "seal", randomUUID());
  if ("heldBy" in lease)
    throw new AccessError("store_unwritable", "Another seal, unseal or rekey is running. Wait for its end.");
  try {
    const keyring = new Keyring(deps.seal);
    const hands = { globalDir: deps.paths().globalDir, keyring, now: deps.now, ...(step && { step }) };
    return await work({ hands, files: await databasesOf(deps) });
  } finally {
    await deps.store().release(MAIN_AGENT, lease);
  }
}

/** One after another: each of them is a transaction that others wait for. */
export async function inEach<T>(
  files: readonly AgentFile[],
  work: (at: AgentFile) => Promise<T>,
): Promise<T[]> {
  const done: T[] = [];
  for (const at of files) done.push(await work(at));
  return done;
}

/** @returns the files that could not be scrubbed */
export async function scrubAll(files: readonly AgentFile[], hands: Hands): Promise<string[]> {
  const done = await inEach(files, (at) => scrubDatabase(at, hands));
  return files.filter((_, n) => !done[n]).map(({ file }) => file);
}

export const shownKey = (place: KeyPlace): NonNullable<SealReport["key"]> => ({
  id: place.id,
  kind: place.kind,
  ...(place.kind === "file" && { path: place.path }),
});

/** The headers of all that are sealed, the newest first. */
export const headersOf = (files: readonly SealedFile[]) =>
  files.flatMap(({ header }) => (header ? [header] : [])).toSorted((a, b) => b.since - a.since);

export const countsOf = (files: readonly AgentFile[], counts: readonly number[]): SealReport["agents"] =>
  files.map(({ agent }, n) => ({ agentId: agent, profiles: counts[n] ?? 0 }));
