// The version of a reading: one text that stands for all that it shows.
import type { AgentRows } from "./draft.ts";
import { hashRow } from "./draft.ts";
import type { GenerationKey } from "./generation.ts";

/** Equal only when everything that a reading shows was equal: the key matters for generations. */
export function versionOf(rows: AgentRows, key: GenerationKey): string {
  const { store, state, sealed, storeLeft, stateLeft, health, written, families } = rows;
  const known = [...families].map(([fingerprint, { spent, newest, refused }]) => [
    fingerprint,
    spent,
    newest,
    refused,
  ]);
  const ours = JSON.stringify([
    sealed?.version,
    storeLeft,
    hashRow(stateLeft),
    [...health],
    [...written.keys()],
    known,
  ]);
  return hashRow([hashRow(store), hashRow(state), key.export().toString("base64"), ours].join(" "));
}
