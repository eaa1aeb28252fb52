// The key that a database says it has.
import { prepared } from "../../store/codec.ts";
import type { PlacedKey } from "../../store/seal/databases.ts";
import type { SealHeader } from "../../store/seal/header.ts";
import type { Keyring } from "../../store/seal/keyring.ts";

/** @throws AccessError `store_sealed` when it is not to be had */
export async function keyFor(header: SealHeader, keyring: Keyring): Promise<PlacedKey> {
  const found = await prepared(async () => keyring.find(header));
  if ("fault" in found) throw found.fault;
  return { key: found.key, place: header.key };
}
