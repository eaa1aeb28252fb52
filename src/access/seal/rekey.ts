// `secrets rekey`: everything is sealed anew with another key, while gateways run. Each database says which key it
// has, so that until the end either key is used for what is sealed with it.
import { AccessError } from "../../core/errors.ts";
import type { PlacedKey } from "../../store/seal/databases.ts";
import { endHandOver, rekeyDatabase } from "../../store/seal/databases.ts";
import type { SealHeader } from "../../store/seal/header.ts";
import type { CommandDeps } from "../open-deps.ts";
import { keyFor } from "./key-for.ts";
import type { KeyRequest } from "./new-key.ts";
import { newKey } from "./new-key.ts";
import type { SealOptions, SealReport, Work } from "./work.ts";
import { alone, countsOf, headersOf, inEach, scrubAll, shownKey } from "./work.ts";

export interface RekeyOptions extends SealOptions {
  /** Lets programs that run take up the new key before it can only be had as they cannot. */
  readonly handOverMs?: number;
}

/** Gateways look at their stores at least this often. */
const HAND_OVER_MS = 6_000;

/**
 * A kill leaves each database with the one key or the other; called again, it finishes with the newer one.
 *
 * @throws AccessError `bad_input`, `store_sealed`, `store_unreadable`, `store_unwritable`
 */
export const rekey = (
  deps: CommandDeps,
  request: KeyRequest,
  options: RekeyOptions = {},
): Promise<SealReport> =>
  alone(deps, options, async ({ hands, files }) => {
    const sealed = files.filter(({ header }) => header);
    const headers = headersOf(sealed);
    const former = headers.at(-1)?.key;
    if (!former) throw new AccessError("bad_input", "The credentials are not sealed: openclaw secrets seal");
    // All keys, before anything is changed.
    for (const header of headers) await keyFor(header, hands.keyring);
    const { key, resumed } = await keyToUse(deps, request, headers, { hands, files });
    const counts = await inEach(sealed, (at) => rekeyDatabase(at, key, hands));
    // A key file is read by whoever needs it; a passphrase nobody can be asked for.
    if (key.place.kind === "passphrase") await pause(options.handOverMs ?? HAND_OVER_MS);
    await inEach(sealed, (at) => endHandOver(at, hands));
    const notScrubbed = await scrubAll(sealed, hands);
    const old = former.id === key.key.id ? undefined : former;
    return {
      sealed: true,
      key: shownKey(key.place),
      agents: countsOf(sealed, counts),
      resumed,
      ...(old?.kind === "file" && { formerKeyPath: old.path }),
      notScrubbed,
    };
  });

async function keyToUse(
  deps: CommandDeps,
  request: KeyRequest,
  headers: readonly SealHeader[],
  { hands }: Work,
): Promise<{ readonly key: PlacedKey; readonly resumed: boolean }> {
  const newest = headers[0]!;
  const unfinished = headers.some(
    ({ key, handedOver }) => key.id !== newest.key.id || handedOver !== undefined,
  );
  if (unfinished) return { key: await keyFor(newest, hands.keyring), resumed: true };
  const key = await newKey(deps, request);
  if (key.key.id === newest.key.id)
    throw new AccessError(
      "bad_input",
      "That is the key that is in use. Name another one, or none for a new one.",
    );
  hands.keyring.add(key.key);
  hands.step?.("key: kept");
  return { key, resumed: false };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
